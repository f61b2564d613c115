"""A role, on a page of the admin site."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms.operation_form import OperationForm
from clients_app.http.forms import role_form
from clients_app.selectors.tenants.installation import first_tenant, tenants


class RoleEditForm(OperationForm, role_form.RoleEditForm):
    """A custom role that exists."""


class NewRoleForm(OperationForm, role_form.RoleForm):
    """A role stays in the tenant that it is added to."""

    tenant = forms.ModelChoiceField(tenants().order_by("name"), label=_("Tenant"))
    field_order = ("tenant", "name", "description")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("tenant", first_tenant())
