"""The forms of bulk operations: the selected clients, and the tags or Owners."""

from typing import Any, Self
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients_app.actors import Actor
from clients_app.http.forms.offered_tags import OfferedTags
from clients_app.http.forms.portal_form import Checkbox, PortalForm, TextField
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.names import split_tags
from clients_app.rules.privileges import privileges
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.selectors.secrets.lookup import others_of_gainers, secrets_of_gainers
from clients_app.web.forms.kept_secrets_form import KeptSecretsForm
from clients_app.web.forms.owners_form import OwnersForm


class BulkForm(PortalForm):
    """``clients`` are the selected ids; ``to`` is the address of the list."""

    clients = forms.MultipleChoiceField(required=False, label=_("Clients"))
    to = forms.CharField(required=False, widget=forms.HiddenInput)
    several: tuple[str, ...] = ("clients",)

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.actor = actor
        clients: Any = self.fields["clients"]
        clients.valid_value = lambda value: True

    @property
    def client_ids(self) -> frozenset[UUID]:
        """Return the ids of the selected clients; anything that is not a GUID is left out."""
        return frozenset(filter(None, map(parse_client_id, self["clients"].value() or [])))


class BulkTagsForm(OfferedTags, BulkForm):
    add = TextField(_("Tags to add"), split_tags)
    remove = TextField(_("Tags to remove"), split_tags)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and not given["add"] and not given["remove"]:
            self.add_error("add", _("Enter a tag to add or to remove."))
        return given


class BulkRemoveForm(BulkForm):
    """``confirm`` is how many of the clients are in use; the service counts them, too."""

    confirm = TextField(_("Number of clients in use"))

    @property
    def confirmed(self) -> int | None:
        """Return the number that was typed."""
        typed = self.cleaned_data["confirm"].strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else None


class BulkRolesForm(BulkForm, KeptSecretsForm):
    """Roles to add and to remove; the secrets are those of clients that become privileged."""

    several = ("clients", "add", "remove", "kept_secrets")
    names_clients = True  # beside their secrets

    add = forms.MultipleChoiceField(required=False, label=_("Roles to add"))
    remove = forms.MultipleChoiceField(required=False, label=_("Roles to remove"))
    confirm_admin = Checkbox(_("Tenant Administrator"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        roles = tenant_roles(self.actor.tenant_id)
        self.assignable_roles = [role for role in roles if not role.is_member]
        self.gains = [
            str(role.pk)
            for role in self.assignable_roles
            if privileges([role.role_type_id], may_introspect=False)
        ]
        for name in ("add", "remove"):
            field: Any = self.fields[name]
            field.choices = [(str(role.pk), role.name) for role in self.assignable_roles]
            field.error_messages["invalid_choice"] = _(
                "Select roles from the list. One of them is not there any more."
            )
        if self.is_bound:  # otherwise it is not known yet what was chosen
            self.offer_secrets_of_gainers()

    @classmethod
    def shown(cls, typed: QueryDict, **arguments: Any) -> Self:
        """Return the form as it was typed, with the secrets that the chosen roles ask about."""
        form = super().shown(typed, **arguments)
        form.offer_secrets_of_gainers()
        return form

    def offer_secrets_of_gainers(self) -> None:
        """Offer the live secrets of the clients that the chosen roles make privileged."""
        chosen = set(self["add"].value() or [])
        added = [role.role_type_id for role in self.assignable_roles if str(role.pk) in chosen]
        tenant_id, now = self.actor.tenant_id, timezone.now()
        self.live_secrets = secrets_of_gainers(tenant_id, self.client_ids, added, now=now)
        self.live_others = others_of_gainers(tenant_id, self.client_ids, added, now=now)
        kept: Any = self.fields["kept_secrets"]
        kept.choices = [(secret.pk, str(secret)) for secret in self.live_secrets]

    @property
    def role_ids(self) -> dict[str, frozenset[UUID]]:
        """Return the ids of the roles to add and to remove."""
        return {name: frozenset(map(UUID, self.cleaned_data[name])) for name in ("add", "remove")}

    @property
    def lists(self) -> list[tuple[BoundField, list[str]]]:
        """Return both lists of roles, with the ids that are ticked."""
        return [(self[name], list(self[name].value() or [])) for name in ("add", "remove")]


class BulkOwnersForm(BulkForm, OwnersForm):
    several = ("clients", "owners")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.offer_people(self.actor.tenant_id)
