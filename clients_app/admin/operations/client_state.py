"""Disable, Enable, Remove and Restore Client, and Revoke all tokens."""

from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.kinds import CLIENT, is_present
from clients_app.admin.operations.operation import Answer, Done, Operation
from clients_app.errors import gettext_noop
from clients_app.http.forms.confirm_form import ConfirmForm, RestoreForm
from clients_app.http.forms.portal_form import PortalForm
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.periods import RESTORABLE
from clients_app.selectors.tenants.installation import removed_client
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.removal import asks_for_name, remove_client, restore_client
from clients_app.services.tokens.revocation import end_tokens


def _switch(
    verb: str, label: Promise, title: Promise, *, effect: str, done: str, enabled: bool
) -> Operation:
    """Return the operation that enables or disables a client."""

    @CLIENT.operation(
        verb,
        label,
        Action.DISABLE_CLIENT,
        title=title,
        lines=lambda client: (gettext(effect),),
        is_offered=lambda client: is_present(client) and client.is_enabled is not enabled,
    )
    def operation(client: Client, form: PortalForm, **by: Any) -> Answer:
        set_enabled(client, enabled=enabled, **by)
        return Done(gettext(done) % {"name": client}, client)

    return operation


client_disable = _switch(
    "disable",
    _("Disable Client"),
    _("Disable %(row)s?"),
    effect=gettext_noop("It can no longer get tokens."),
    done=gettext_noop("%(name)s is disabled."),
    enabled=False,
)
client_enable = _switch(
    "enable",
    _("Enable Client"),
    _("Enable %(row)s?"),
    effect=gettext_noop("It can get tokens again with its live secrets, keys and identities."),
    done=gettext_noop("%(name)s is enabled."),
    enabled=True,
)


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


def _removal_lines(client: Client) -> tuple[str, ...]:
    return (
        gettext("It can no longer get tokens, and its secrets, keys and identities stop working."),
        gettext("It can be restored for 30 days, disabled and without them."),
    )


@CLIENT.removal(
    _("Remove Client"),
    Action.REMOVE_CLIENT,
    _removal_lines,
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
