"""A role: its name, which APIs read, and what it is for."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms.operation_form import DeedForm, line
from clients_app.models import Role
from clients_app.rules.names import clean_role_name
from clients_app.selectors.tenants.installation import first_tenant, tenants


class RoleForm(DeedForm):
    name = line(_("Name"))
    description = line(_("Description"))

    def clean_name(self) -> str:
        return self.obey(clean_role_name, "name")


class RoleEditForm(RoleForm):
    """``seen`` is what the role was when the page was opened."""

    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def show_changes(self, role: Role) -> None:
        """Say beside each field what it is now; sent again, what is typed is meant."""
        for name, value in (("name", role.name), ("description", role.description)):
            if self.cleaned_data.get(name) != value:
                self.add_error(name, gettext("Now: %(value)s") % {"value": value or "\u2013"})
        self.data = {**self.data, "seen": role.stamp}


class NewRoleForm(RoleForm):
    """A role stays in the tenant that it is added to."""

    tenant = forms.ModelChoiceField(tenants().order_by("name"), label=_("Tenant"))
    field_order = ("tenant", "name", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("tenant", first_tenant())
