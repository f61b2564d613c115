"""Edit Client: the fields of a client that exists, and the people who own it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.actors import Actor
from clients_app.models import Client
from clients_app.permissions import Action, allows
from clients_app.selectors.people.lookup import tenant_people
from clients_app.services.clients.drafts import ClientDraft, draft_of
from clients_app.web.forms.client_form import ClientForm
from clients_app.web.forms.url_lists import URL_FIELDS


class ClientEditForm(ClientForm):
    """Roles, rights and Owners are there only for an ``actor`` who may assign roles.

    ``version`` is that of the client when the window was opened.
    """

    owners = forms.MultipleChoiceField(
        required=False,
        label=_("Owners"),
        error_messages={"invalid_choice": _("Select people from the list.")},
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)
    several = ("roles", "owners", *URL_FIELDS)

    def __init__(self, *args: Any, client: Client, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, client_type=client.client_type, at_add=True, **kwargs)
        self.client = client
        self.was = draft_of(client)
        self.people: list[Any] = []
        if allows(actor, Action.ASSIGN_ROLES, client=client):
            self.people = list(tenant_people(client.tenant_id))
            owners: Any = self.fields["owners"]
            owners.choices = [(str(person.pk), str(person)) for person in self.people]
        else:
            for name in {"roles", "confirm_admin", "owners", "may_introspect"} & self.fields.keys():
                del self.fields[name]
        self.initial.update(self._held(client))

    def draft(self) -> ClientDraft:
        """Return the client as the service takes it; what the actor may not change as it was."""
        draft = super().draft()
        if "owners" in self.fields:
            return draft
        return replace(draft, role_ids=self.was.role_ids, may_introspect=self.was.may_introspect)

    @property
    def seen_version(self) -> int:
        """Return the version that the person saw; 0 for none that ever was."""
        typed = self.cleaned_data["version"]
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0

    @property
    def owner_ids(self) -> frozenset[UUID]:
        return frozenset(UUID(person) for person in self.cleaned_data["owners"])

    @property
    def chosen_owners(self) -> list[str]:
        """Return the ids of the people who are ticked."""
        return list(self["owners"].value() or [])

    def show_changes(self, client: Client) -> None:
        """Say beside each field what it is now, where that is not what was typed.

        The form then holds the version of ``client``: sent again, it is meant.
        """
        held = self._held(client)
        del held["version"], held["confirm_admin"]
        self.tell_apart(held)
        self.hold("version", str(client.version))

    def _held(self, client: Client) -> dict[str, Any]:
        now = draft_of(client)
        held = {role.pk: role for role in client.roles.all()}
        return {
            "name": now.name,
            "token_lifetime": str(now.token_lifetime_s),
            "description": now.description,
            "contact": now.contact,
            "tags": ", ".join(now.tags),
            "redirect_uris": ["", *now.redirect_uris],
            "post_logout_redirect_uris": ["", *now.logout_uris],
            "allowed_cors_origins": ["", *now.cors_origins],
            "allow_offline_access": now.allow_refresh_token,
            "may_introspect": now.may_introspect,
            "roles": [str(pk) for pk, role in held.items() if not role.is_member],
            "confirm_admin": any(role.is_administrator for role in held.values()),
            "owners": [str(pk) for pk in client.owners.values_list("pk", flat=True)],
            "version": str(client.version),
        }
