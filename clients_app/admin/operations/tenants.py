"""Rename Tenant."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.kinds import TENANT
from clients_app.admin.operations.operation import Answer, Done
from clients_app.http.forms.organisation_form import OrganisationForm
from clients_app.models import Tenant
from clients_app.permissions import Action
from clients_app.services.tenants.tenants import rename_tenant


@TENANT.edit(_("Rename Tenant"), Action.RENAME_TENANT, OrganisationForm, verb="rename")
def tenant_rename(tenant: Tenant, form: OrganisationForm, **by: Any) -> Answer:
    tenant = rename_tenant(tenant, **form.fields_of_service(), **by)
    return Done(gettext("%(name)s is saved.") % {"name": tenant}, tenant)
