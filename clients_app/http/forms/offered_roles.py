"""Roles to choose from, in forms of clients and people."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import Checkbox, Choices, PortalForm
from clients_app.models import Role
from clients_app.selectors.roles.roles import tenant_roles


class OfferedRoles(PortalForm):
    """The part of a form with the field ``roles``; ``assignable_roles`` are those it offers."""

    tenant_roles: list[Role]
    assignable_roles: list[Role]

    roles = Choices(_("Roles"), _("Select roles from the list. One of them is not there any more."))
    confirm_admin = Checkbox(_("Tenant Administrator"))

    def offer_roles(self, tenant_id: UUID) -> None:
        """Offer the roles of the tenant, except Tenant Member."""
        self.tenant_roles = tenant_roles(tenant_id)
        self.assignable_roles = [role for role in self.tenant_roles if not role.is_member]
        field: Any = self.fields["roles"]
        field.choices = [(str(role.pk), role.name) for role in self.assignable_roles]

    @property
    def role_ids(self) -> frozenset[UUID]:
        """Return the ids of the ticked roles that are on offer."""
        return frozenset(map(UUID, self.cleaned_data.get("roles", ())))
