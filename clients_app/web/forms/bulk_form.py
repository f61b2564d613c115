"""What an operation on several clients asks for: the clients, and the tags or people."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.actors import Actor
from clients_app.http.ruled_form import line
from clients_app.rules.names import split_tags
from clients_app.web.forms.owners_form import OwnersForm
from clients_app.web.forms.window_form import WindowForm


class BulkForm(WindowForm):
    """``clients`` are the ids that were selected; what is no id counts as not selected.

    ``to`` is the address of the list that they were selected in.
    """

    clients = forms.MultipleChoiceField(required=False, label=_("Clients"))
    to = forms.CharField(required=False, widget=forms.HiddenInput)
    several: tuple[str, ...] = ("clients",)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        clients: Any = self.fields["clients"]
        clients.valid_value = lambda value: True

    @property
    def client_ids(self) -> frozenset[UUID]:
        return frozenset(filter(None, map(_guid, self["clients"].value() or [])))


class BulkTagsForm(BulkForm):
    add = line(_("Tags to add"), split_tags)
    remove = line(_("Tags to remove"), split_tags)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and not given["add"] and not given["remove"]:
            self.add_error("add", _("Enter a tag to add or to remove."))
        return given


class BulkOwnersForm(BulkForm, OwnersForm):
    several = ("clients", "owners")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_people(self.actor.tenant_id)


def _guid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
