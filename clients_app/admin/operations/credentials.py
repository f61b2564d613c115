"""Remove a public key or a federated identity."""

from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.operation import Answer, Done, Operation
from clients_app.http.forms.portal_form import PortalForm
from clients_app.models import ClientKey, FederatedIdentity
from clients_app.permissions import Action
from clients_app.selectors.tenants.installation import present_identity, present_key
from clients_app.services.clients.removal import RECENT
from clients_app.services.credentials.identities import remove_identity
from clients_app.services.credentials.keys import remove_key
from clients_app.templatetags.moments import day_time


def _lines(row: ClientKey | FederatedIdentity) -> tuple[str, ...]:
    """Return to whom it belongs, when it was used, and what removing it does."""
    last_at = row.usage.order_by("-hour").values_list("last_at", flat=True).first()
    in_use = last_at is not None and last_at > timezone.now() - RECENT
    return (
        gettext("It belongs to %(client)s.") % {"client": row.client},
        gettext("It has never been used.")
        if last_at is None
        else gettext("It was last used: %(when)s.") % {"when": day_time(last_at)},
        *([gettext("It is in use.")] if in_use else []),
        gettext("It stops working immediately, and so do its tokens. This cannot be undone."),
    )


@partial(
    Operation,
    "public-key-remove",
    "<int:public_key_id>/remove/",
    _("Remove Public Key"),
    Action.REMOVE_CREDENTIAL,
    present_key,
    title=_("Remove the public key %(row)s?"),
    lines=_lines,
    is_offered=lambda key: key.removed_at is None,
)
def key_remove(key: ClientKey, form: PortalForm, **by: Any) -> Answer:
    remove_key(key.client, key.pk, **by)
    return Done(gettext("The public key is removed."), key.client)


@partial(
    Operation,
    "identity-remove",
    "<int:identity_id>/remove/",
    _("Remove Federated Identity"),
    Action.REMOVE_CREDENTIAL,
    present_identity,
    title=_("Remove the federated identity %(row)s?"),
    lines=_lines,
    is_offered=lambda identity: identity.removed_at is None,
)
def identity_remove(identity: FederatedIdentity, form: PortalForm, **by: Any) -> Answer:
    remove_identity(identity.client, identity.pk, **by)
    return Done(gettext("The federated identity is removed."), identity.client)
