"""Organisation: the name of the tenant."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.http.forms.organisation_form import OrganisationForm
from clients_app.identity.actor import actor_of
from clients_app.identity.person import person_of
from clients_app.permissions import Action
from clients_app.services.tenants.tenants import rename_tenant
from clients_app.web.access import window
from clients_app.web.addresses import at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.htmx import see_other


@at("security/organisation")
@window(Action.RENAME_TENANT, OrganisationForm)
def organisation(request: HttpRequest) -> HttpResponse:
    """Show the name of the tenant; Save changes it."""
    tenant = person_of(request).tenant

    def save(form: OrganisationForm) -> HttpResponse:
        rename_tenant(
            tenant, **form.fields_of_service(), actor=actor_of(request), now=timezone.now()
        )
        messages.success(request, gettext("Organisation saved."))
        return see_other("organisation")

    page = Screen("settings/organisation", gettext("Organisation"), fragments=())
    return form_window(request, page, OrganisationForm, save, tenant=tenant)
