"""Add Role and Edit Role."""

from clients_app.http.forms import role_form
from clients_app.web.forms.window_form import WindowForm


class RoleForm(role_form.RoleForm, WindowForm):
    """A new role, in a window."""


class RoleEditForm(role_form.RoleEditForm, WindowForm):
    """A custom role that exists, in a window."""
