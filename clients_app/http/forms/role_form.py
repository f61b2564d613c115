"""A role: its name, which APIs read, and what it is for."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients_app.http.ruled_form import RuledForm, VersionField, line
from clients_app.limits import ROLE_DESCRIPTION_MAX
from clients_app.models import Role
from clients_app.rules.names import clean_line, clean_role_name


class RoleForm(RuledForm):
    """A new role."""

    name = line(_("Name"), clean_role_name)
    description = line(
        _("Description"),
        partial(clean_line, maximum=ROLE_DESCRIPTION_MAX, field="description"),
    )


class RoleEditForm(RoleForm):
    """A custom role that exists."""

    version = VersionField()

    def __init__(self, *args: Any, role: Role, **more: Any) -> None:
        super().__init__(*args, **more)
        self.role = role
        self.initial.update(_held(role), version=str(role.version))

    def role_fields(self) -> dict[str, Any]:
        """Return what ``edit_role`` takes."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "description": given["description"],
            "expected_version": given["version"],
        }

    def show_changes(self, role: Role) -> None:
        """Say beside each field what it is now; sent again, what is typed is meant."""
        self.tell_apart(_held(role), version=role.version)


def _held(role: Role) -> dict[str, Any]:
    return {"name": role.name, "description": role.description}
