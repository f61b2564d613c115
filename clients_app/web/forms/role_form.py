"""Add Role and Edit Role: its name, which APIs read, and what it is for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients_app.limits import ROLE_DESCRIPTION_MAX
from clients_app.models import Role
from clients_app.rules.names import clean_line, clean_role_name
from clients_app.web.forms.window_form import WindowForm, line, stamp_field


class RoleForm(WindowForm):
    name = line(_("Name"))
    description = line(_("Description"))

    def clean_name(self) -> str:
        return self.obey(clean_role_name, "name")

    def clean_description(self) -> str:
        return self.obey(
            lambda text: clean_line(text, maximum=ROLE_DESCRIPTION_MAX, field="description"),
            "description",
        )


class RoleEditForm(RoleForm):
    """``seen`` is what the role was when the window was opened."""

    seen = stamp_field()

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role
        self.initial.update(self._held(role), seen=role.stamp)

    def show_changes(self, role: Role) -> None:
        """Say beside each field what it is now; sent again, what is typed is meant."""
        self.tell_apart(self._held(role))
        self.hold("seen", role.stamp)

    def _held(self, role: Role) -> dict[str, Any]:
        return {"name": role.name, "description": role.description}
