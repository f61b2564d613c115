"""Edit Client: the fields of a client that exists, and the people who own it."""

from dataclasses import replace
from typing import Any

from clients_app.actors import Actor
from clients_app.http.forms.client_form import URL_INPUTS
from clients_app.http.ruled_form import VersionField, input_of
from clients_app.models import Client
from clients_app.permissions import Action, allows
from clients_app.services.clients.drafts import COLUMNS, ClientDraft, draft_of
from clients_app.web.forms.client_form import ClientForm
from clients_app.web.forms.owners_form import OwnersForm


class ClientEditForm(ClientForm, OwnersForm):
    """Roles, rights and Owners are there only for an ``actor`` who may assign roles."""

    version = VersionField()
    several = ("roles", "owners", *URL_INPUTS)

    def __init__(self, *args: Any, client: Client, actor: Actor, **more: Any) -> None:
        super().__init__(*args, actor=actor, client_type=client.type, at_add=True, **more)
        self.client = client
        self.was = draft_of(client)
        if allows(actor, Action.ASSIGN_ROLES, client=client):
            self.offer_people(client.tenant_id)
        else:
            for name in {"roles", "confirm_admin", "owners", "may_introspect"} & self.fields.keys():
                del self.fields[name]
        self.initial.update(self._held(client), version=str(client.version))
        self.initial["confirm_admin"] = any(role.is_administrator for role in client.roles.all())

    def client_draft(self) -> ClientDraft:
        """Return the client as the service takes it; what the actor may not change as it was."""
        draft = super().client_draft()
        if "owners" in self.fields:
            return draft
        return replace(draft, role_ids=self.was.role_ids, may_introspect=self.was.may_introspect)

    def show_changes(self, client: Client) -> None:
        """Say beside each field what it is now; sent again, what is typed is meant."""
        self.tell_apart(self._held(client), version=client.version)

    def _held(self, client: Client) -> dict[str, Any]:
        now = draft_of(client)
        return {
            **{input_of(column): getattr(now, column) for column in COLUMNS},
            **{input_of(kind.path): ["", *now.urls_of(kind)] for kind in client.type.url_kinds},
            "token_lifetime": str(now.token_lifetime_s),
            "tags": ", ".join(now.tags),
            "roles": [str(role.pk) for role in client.roles.all() if not role.is_member],
            "owners": [str(pk) for pk in client.owners.values_list("pk", flat=True)],
        }
