"""The forms of bulk operations: the selected clients, and the tags or Owners."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.actors import Actor
from clients_app.http.forms.portal_form import PortalForm, TextField
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.names import split_tags
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


class BulkTagsForm(BulkForm):
    add = TextField(_("Tags to add"), split_tags)
    remove = TextField(_("Tags to remove"), split_tags)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and not given["add"] and not given["remove"]:
            self.add_error("add", _("Enter a tag to add or to remove."))
        return given


class BulkOwnersForm(BulkForm, OwnersForm):
    several = ("clients", "owners")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.offer_people(self.actor.tenant_id)
