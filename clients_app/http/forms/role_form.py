"""Add Role and Edit Role."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import EditForm, PortalForm, TextField
from clients_app.limits import ROLE_DESCRIPTION_MAX
from clients_app.models import Role
from clients_app.rules.names import clean_line, clean_role_name


class RoleForm(PortalForm):
    """A new role."""

    name = TextField(_("Name"), clean_role_name)
    description = TextField(
        _("Description"),
        partial(clean_line, maximum=ROLE_DESCRIPTION_MAX, field="description"),
    )


class RoleEditForm(EditForm, RoleForm):
    """An existing custom role."""

    def __init__(self, *args: Any, role: Role, **more: Any) -> None:
        super().__init__(*args, **more)
        self.role = role
        self.open_with(role)

    def values_of(self, row: Role) -> dict[str, Any]:
        return {"name": row.name, "description": row.description}

    def role_fields(self) -> dict[str, Any]:
        """Return the arguments of ``edit_role``."""
        given = dict(self.cleaned_data)
        return {"expected_version": given.pop("version"), **given}
