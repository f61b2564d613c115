"""Rotate Keys, and Revoke Key."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.admin.forms.operation_form import OperationForm, data_of
from clients_app.admin.pages import done, show_form
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.person import person_of
from clients_app.models import SigningKey
from clients_app.selectors.tenants.installation import signing_key
from clients_app.services.signing_keys.private_keys import SigningKeyLost
from clients_app.services.signing_keys.rotation import revoke_keys, rotate_keys
from clients_app.templatetags.moments import day_time


def keys_rotate(request: HttpRequest) -> HttpResponse:
    """Let another key sign, as soon as every verifier can know it."""
    form = OperationForm(data_of(request))
    if form.is_valid():
        actor = actor_of(request, tenant_id=person_of(request).tenant_id)
        try:
            row = rotate_keys(actor=actor, now=timezone.now())
        except SigningKeyLost as error:
            form.add_error(None, sentence_of(error))
        else:
            return done(request, _said(row), subject=SigningKey)
    lines = (
        gettext("Tokens that were issued stay valid; their key is published until they end."),
        gettext("A key that verifiers do not know yet is published first and signs later."),
    )
    return show_form(
        request,
        form,
        title=gettext("Rotate the signing keys?"),
        button=gettext("Rotate Keys"),
        subject=SigningKey,
        lines=lines,
    )


def key_revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Withdraw a key that somebody else may have, and all its tokens with it."""
    row = signing_key(key_id)
    form = OperationForm(data_of(request))
    if form.is_valid():
        actor = actor_of(request, tenant_id=person_of(request).tenant_id)
        active = revoke_keys([row.kid], actor=actor, now=timezone.now())
        said = gettext("Key %(kid)s is revoked. Key %(active)s signs now.")
        return done(request, said % {"kid": row.kid, "active": active}, subject=SigningKey)
    lines = (
        gettext("Do this when somebody else may have the key. Else rotate the keys."),
        gettext("Introspection and the API of this portal refuse its tokens at once."),
        gettext("APIs that verify by themselves trust them for up to %(n)s seconds more.")
        % {"n": settings.JWKS_MAX_AGE},
        gettext("They may refuse new tokens until they fetch the public keys again."),
    )
    return show_form(
        request,
        form,
        title=gettext("Revoke %(kid)s?") % {"kid": row.kid},
        button=gettext("Revoke Key"),
        subject=row,
        lines=lines,
    )


def _said(row: SigningKey) -> str:
    if row.state == SigningKey.State.ACTIVE or row.signs_from is None:
        return gettext("Key %(kid)s signs now.") % {"kid": row.kid}
    signs_from: datetime = row.signs_from
    said = gettext("Key %(kid)s is published. It signs from %(moment)s.")
    return said % {"kid": row.kid, "moment": day_time(signs_from)}
