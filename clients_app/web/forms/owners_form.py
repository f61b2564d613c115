"""The people who own clients."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import Choices, PortalForm
from clients_app.models import Person
from clients_app.selectors.people.lookup import tenant_people


class OwnersForm(PortalForm):
    """The part of a form that names Owners; call ``offer_people`` first."""

    owners = Choices(_("Owners"), _("Select people from the list."))

    def offer_people(self, tenant_id: UUID) -> None:
        """Offer the people of the tenant."""
        self.people = list(tenant_people(tenant_id))
        owners: Any = self.fields["owners"]
        owners.choices = [(str(person.pk), str(person)) for person in self.people]

    @property
    def offered(self) -> list[Person]:
        """Return the people to choose from, ticked ones first.

        Those who cannot sign in are only offered if they are ticked.
        """
        chosen = [one for one in self.people if str(one.pk) in self.chosen_owners]
        others = [one for one in self.people if one.is_active and not one.is_invited]
        return [*chosen, *(one for one in others if one not in chosen)]

    @property
    def owner_ids(self) -> frozenset[UUID]:
        return frozenset(map(UUID, self.cleaned_data["owners"]))

    @property
    def chosen_owners(self) -> list[str]:
        """Return the ids of the ticked people."""
        return list(self["owners"].value() or [])
