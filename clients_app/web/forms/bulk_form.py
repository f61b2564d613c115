"""What a deed on several clients asks for: the clients, and the tags or people."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.actors import Actor
from clients_app.rules.names import split_tags
from clients_app.selectors.people.lookup import tenant_people
from clients_app.web.forms.window_form import WindowForm, line


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
    add = line(_("Tags to add"))
    remove = line(_("Tags to remove"))

    def clean_add(self) -> list[str]:
        return self.obey(split_tags, "add")

    def clean_remove(self) -> list[str]:
        return self.obey(split_tags, "remove")

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and not given["add"] and not given["remove"]:
            self.add_error("add", _("Enter a tag to add or to remove."))
        return given


class BulkOwnersForm(BulkForm):
    owners = forms.MultipleChoiceField(
        required=False,
        label=_("Owners"),
        error_messages={"invalid_choice": _("Select people from the list.")},
    )
    several = ("clients", "owners")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = list(tenant_people(self.actor.tenant_id))
        owners: Any = self.fields["owners"]
        owners.choices = [(str(person.pk), str(person)) for person in self.people]

    @property
    def owner_ids(self) -> frozenset[UUID]:
        return frozenset(UUID(person) for person in self.cleaned_data["owners"])

    @property
    def chosen_owners(self) -> list[str]:
        """Return the ids of the people who are ticked."""
        return list(self["owners"].value() or [])


def _guid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
