"""A role: its name, which APIs read, and what it is for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms.deed_form import DeedForm, line
from clients_app.models import Tenant
from clients_app.rules.names import clean_role_name


class RoleForm(DeedForm):
    name = line(_("Name"))
    description = line(_("Description"))

    def clean_name(self) -> str:
        return self.obey(clean_role_name, "name")


class NewRoleForm(RoleForm):
    """A role stays in the tenant that it is added to."""

    tenant = forms.ModelChoiceField(Tenant.objects.order_by("name"), label=_("Tenant"))
    field_order = ("tenant", "name", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("tenant", Tenant.objects.order_by("created_at", "id").first())
