"""The roles to choose from, as ``components/roles_picker.html`` shows them."""

from django.utils.translation import gettext

from clients_app.http.forms.offered_roles import OfferedRoles
from clients_app.models import Role


class RolesPicker(OfferedRoles):
    """Roles that are ticked, and the others in groups."""

    @property
    def chosen(self) -> list[str]:
        """Return the ids of the ticked roles."""
        return list(self["roles"].value() or [])

    @property
    def chosen_roles(self) -> list[Role]:
        """Return the ticked roles, in the order of the screen."""
        return [role for role in self.assignable_roles if str(role.pk) in self.chosen]

    @property
    def other_roles(self) -> list[tuple[str, list[Role]]]:
        """Return the roles that are not ticked, in two groups with a label, without empty ones."""
        others = [role for role in self.assignable_roles if str(role.pk) not in self.chosen]
        custom = [role for role in others if not role.is_built_in]
        built_in = [role for role in others if role.is_built_in]
        groups = ((gettext("Tenant Custom"), custom), (gettext("Built-in"), built_in))
        return [(label, roles) for label, roles in groups if roles]
