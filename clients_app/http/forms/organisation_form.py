"""The name of the organisation."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import EditForm, TextField
from clients_app.models import Tenant
from clients_app.rules.names import clean_tenant_name


class OrganisationForm(EditForm):
    """An existing tenant."""

    name = TextField(_("Name"), clean_tenant_name)

    def __init__(self, *args: Any, tenant: Tenant, **more: Any) -> None:
        super().__init__(*args, **more)
        self.open_with(tenant)

    def values_of(self, row: Tenant) -> dict[str, Any]:
        return {"name": row.name}

    def fields_of_service(self) -> dict[str, Any]:
        """Return the arguments of ``rename_tenant``."""
        given = self.cleaned_data
        return {"name": given["name"], "expected_version": given["version"]}
