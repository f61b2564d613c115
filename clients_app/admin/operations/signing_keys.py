"""Rotate Keys, and Revoke Key."""

from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.kinds import SIGNING_KEY
from clients_app.admin.operations.operation import Answer, Done, Operation
from clients_app.errors import RuleBroken
from clients_app.http.forms.portal_form import PortalForm
from clients_app.models import SigningKey
from clients_app.permissions import Action
from clients_app.services.signing_keys.private_keys import SigningKeyLost
from clients_app.services.signing_keys.rotation import revoke_keys, rotate_keys
from clients_app.templatetags.moments import day_time


@partial(
    Operation,
    "keys-rotate",
    "rotate/",
    _("Rotate Keys"),
    Action.MANAGE_INSTALLATION,
    lambda: SigningKey,
    title=_("Rotate the signing keys?"),
    lines=lambda model: (
        gettext("Issued tokens stay valid; their key stays published until they expire."),
        gettext("A key that verifiers do not know yet is published first and signs later."),
    ),
)
def keys_rotate(model: type[SigningKey], form: PortalForm, **by: Any) -> Answer:
    try:
        key = rotate_keys(**by)
    except SigningKeyLost as error:
        raise RuleBroken(error.sentence, **error.values) from error
    message = gettext("Key %(kid)s signs now.") % {"kid": key}
    if key.state != SigningKey.State.ACTIVE and key.signs_from is not None:
        message = gettext("Key %(kid)s is published. It signs from %(moment)s.")
        message %= {"kid": key, "moment": day_time(key.signs_from)}
    return Done(message, SigningKey)


@SIGNING_KEY.operation(
    "revoke",
    _("Revoke Key"),
    Action.MANAGE_INSTALLATION,
    title=_("Revoke %(row)s?"),
    lines=lambda key: (
        gettext("Do this only if someone else may have the key. Otherwise, rotate the keys."),
        gettext("Introspection and the API of this portal refuse its tokens immediately."),
        gettext("APIs that verify by themselves trust them for up to %(n)s seconds more.")
        % {"n": settings.JWKS_MAX_AGE},
        gettext("They may refuse new tokens until they fetch the public keys again."),
    ),
)
def key_revoke(key: SigningKey, form: PortalForm, **by: Any) -> Answer:
    active = revoke_keys([key.kid], **by)
    message = gettext("Key %(kid)s is revoked. Key %(active)s signs now.")
    return Done(message % {"kid": key, "active": active}, SigningKey)
