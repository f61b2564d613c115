"""The people who own clients."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.selectors.people.lookup import tenant_people
from clients_app.web.forms.window_form import WindowForm


class OwnersForm(WindowForm):
    """A part of forms that name Owners; ``offer_people`` says who may be chosen."""

    owners = forms.MultipleChoiceField(
        required=False,
        label=_("Owners"),
        error_messages={"invalid_choice": _("Select people from the list.")},
    )

    def offer_people(self, tenant_id: UUID) -> None:
        """Let people of the tenant be chosen."""
        self.people = list(tenant_people(tenant_id))
        owners: Any = self.fields["owners"]
        owners.choices = [(str(person.pk), str(person)) for person in self.people]

    @property
    def owner_ids(self) -> frozenset[UUID]:
        return frozenset(UUID(person) for person in self.cleaned_data["owners"])

    @property
    def chosen_owners(self) -> list[str]:
        """Return the ids of the people who are ticked."""
        return list(self["owners"].value() or [])
