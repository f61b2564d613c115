"""Edit Client: the fields of an existing client, and its Owners."""

from dataclasses import replace
from typing import Any, Final

from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from clients_app.actors import Actor
from clients_app.http.forms.client_form import URL_INPUTS
from clients_app.http.forms.portal_form import Checkbox, EditForm
from clients_app.models import Client
from clients_app.permissions import Action, allows
from clients_app.rules.alerts import SHORT, AlertKind
from clients_app.services.clients.drafts import ASSERTION_RULES, ClientDraft, draft_of
from clients_app.web.forms.client_form import ClientForm, inputs_of
from clients_app.web.forms.kept_secrets_form import KeptSecretsForm
from clients_app.web.forms.owners_form import OwnersForm

#: what only an actor who may assign roles decides
_ASSIGNED: Final = (
    *("roles", "confirm_admin", "owners", "may_introspect", "skips_consent"),
    *("may_rotate_own_secrets", "may_add_secrets"),
    *("kept_secrets", "removes_secrets"),
)


class ClientEditForm(EditForm, ClientForm, OwnersForm, KeptSecretsForm):
    """Only an ``actor`` who may assign roles gets roles, introspection and Owners."""

    mutes_refused = Checkbox(_(SHORT[AlertKind.REFUSED]))
    mutes_silent = Checkbox(_(SHORT[AlertKind.SILENT]))
    mutes_new_address = Checkbox(_(SHORT[AlertKind.NEW_ADDRESS]))

    several = ("roles", "owners", "kept_secrets", *URL_INPUTS)

    def __init__(self, *args: Any, client: Client, actor: Actor, **more: Any) -> None:
        super().__init__(*args, actor=actor, client_type=client.type, at_add=True, **more)
        self.client = client
        if allows(actor, Action.ASSIGN_ROLES, client=client):
            self.offer_people(client.tenant_id)
            self.offer_secrets(client)
        else:
            for name in _ASSIGNED:
                self.fields.pop(name, None)
        self.open_with(client)
        self.initial["confirm_admin"] = any(role.is_administrator for role in client.roles.all())

    @property
    def mutes(self) -> list[BoundField]:
        """Return the fields that mute alerts."""
        return [self[kind.mute] for kind in AlertKind]

    def client_draft(self) -> ClientDraft:
        """Return the client as the services take it, without changes the actor may not make."""
        was = draft_of(self.client)
        rules = {name: getattr(was, name) for name in ASSERTION_RULES}  # have a window of their own
        draft = replace(super().client_draft(), **rules)
        if "owners" in self.fields:
            return draft
        return replace(
            draft,
            role_ids=was.role_ids,
            may_introspect=was.may_introspect,
            may_rotate_own_secrets=was.may_rotate_own_secrets,
            may_add_secrets=was.may_add_secrets,
            skips_consent=was.skips_consent,
        )

    def values_of(self, row: Client) -> dict[str, Any]:
        return {
            **inputs_of(draft_of(row)),
            "roles": [str(role.pk) for role in row.roles.all() if not role.is_member],
            "owners": [str(pk) for pk in row.owners.values_list("pk", flat=True)],
        }
