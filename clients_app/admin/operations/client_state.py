"""Disable, Enable, Remove and Restore Client, and Revoke all tokens."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.kinds import CLIENT, is_present
from clients_app.admin.operations.operation import Answer, Done
from clients_app.http.forms.confirm_form import ConfirmForm, RestoreForm
from clients_app.http.forms.portal_form import PortalForm
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.periods import RESTORABLE
from clients_app.selectors.tenants.installation import removed_client
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.removal import asks_for_name, remove_client, restore_client
from clients_app.services.tokens.revocation import end_tokens


@CLIENT.operation(
    "disable",
    _("Disable Client"),
    Action.DISABLE_CLIENT,
    title=_("Disable %(row)s?"),
    lines=lambda client: (gettext("It can no longer get tokens."),),
    is_offered=lambda client: is_present(client) and client.is_enabled,
)
def client_disable(client: Client, form: PortalForm, **by: Any) -> Answer:
    set_enabled(client, enabled=False, **by)
    return Done(gettext("%(name)s is disabled.") % {"name": client}, client)


@CLIENT.operation(
    "enable",
    _("Enable Client"),
    Action.DISABLE_CLIENT,
    title=_("Enable %(row)s?"),
    lines=lambda client: (gettext("It can get tokens again with its live secrets."),),
    is_offered=lambda client: is_present(client) and not client.is_enabled,
)
def client_enable(client: Client, form: PortalForm, **by: Any) -> Answer:
    set_enabled(client, enabled=True, **by)
    return Done(gettext("%(name)s is enabled.") % {"name": client}, client)


@CLIENT.operation(
    "tokens/end",
    _("Revoke all tokens of this client"),
    Action.END_TOKENS,
    title=_("Revoke all tokens of %(row)s?"),
    button=_("Revoke all tokens"),
    lines=lambda client: (
        gettext("APIs that introspect refuse them immediately. The client can request new ones."),
        gettext("APIs that only check the signature accept them for an hour at most."),
    ),
)
def client_tokens_end(client: Client, form: PortalForm, **by: Any) -> Answer:
    end_tokens(client, **by)
    return Done(gettext("All tokens of %(name)s are revoked.") % {"name": client}, client)


@CLIENT.operation(
    "remove",
    _("Remove Client"),
    Action.REMOVE_CLIENT,
    title=_("Remove %(row)s?"),
    lines=lambda client: (
        gettext("It can no longer get tokens, and its secrets, keys and identities stop working."),
        gettext("It can be restored for 30 days, disabled and without them."),
    ),
    form=ConfirmForm,
    arguments=lambda client, now: {"asks_for_name": asks_for_name(client, now=now)},
)
def client_remove(client: Client, form: ConfirmForm, **by: Any) -> Answer:
    remove_client(client, typed_name=form.cleaned_data.get("confirm", ""), **by)
    return Done(gettext("%(name)s is removed.") % {"name": client}, client)


@CLIENT.operation(
    "restore",
    _("Restore Client"),
    Action.RESTORE_CLIENT,
    title=_("Restore %(row)s?"),
    lines=lambda client: (
        gettext("It comes back disabled and without its secrets, keys and identities."),
    ),
    find=lambda client_id: removed_client(client_id, now=timezone.now()),
    form=RestoreForm,
    arguments=lambda client, now: {"initial": {"name": client.name}},
    is_offered=lambda client: (
        client.removed_at is not None and client.removed_at > timezone.now() - RESTORABLE
    ),
)
def client_restore(client: Client, form: RestoreForm, **by: Any) -> Answer:
    restored = restore_client(client.pk, name=form.cleaned_data["name"], **by)
    message = gettext("%(name)s is restored, disabled.") % {"name": restored}
    return Done(message, restored)
