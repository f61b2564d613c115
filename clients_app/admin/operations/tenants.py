"""Rename Tenant."""

from functools import partial
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.operation import Answer, Done, Operation
from clients_app.errors import ChangedMeanwhile
from clients_app.http.forms.organisation_form import OrganisationForm
from clients_app.models import Tenant
from clients_app.permissions import Action
from clients_app.selectors.tenants.installation import any_tenant
from clients_app.services.tenants.tenants import rename_tenant


@partial(
    Operation,
    "tenant-rename",
    "<uuid:tenant_id>/rename/",
    _("Rename Tenant"),
    Action.RENAME_TENANT,
    any_tenant,
    button=_("Save"),
    form=OrganisationForm,
    arguments=lambda tenant, now: {"tenant": tenant},
)
def tenant_rename(tenant: Tenant, form: OrganisationForm, **by: Any) -> Answer:
    try:
        tenant = rename_tenant(tenant, **form.fields_of_service(), **by)
    except ChangedMeanwhile:
        form.show_changes(any_tenant(tenant.pk))
        raise
    return Done(gettext("%(name)s is saved.") % {"name": tenant}, tenant)
