"""Add Client: saves client and first secret together, and shows the secret once."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from clients_app.admin.forms.client_form import ClientForm, TenantAndTypeForm
from clients_app.admin.forms.operation_form import data_of
from clients_app.admin.operations.plain_secret import show_already_added, show_plain_secret
from clients_app.admin.pages import show_form
from clients_app.errors import AlreadyAdded, Conflict, RuleBroken
from clients_app.http.ruled_form import form_key_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import keeps
from clients_app.models import Client, Tenant
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.selectors.clients.lookup import clients_by_id
from clients_app.selectors.tenants.installation import first_tenant
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.registration import register_client


@keeps(ClientForm, "form_key")
@sensitive_variables("added")
def client_add(request: HttpRequest) -> HttpResponse:
    """Ask for tenant and type, which then stand in the address, then for the client."""
    where = TenantAndTypeForm(request.GET if "tenant" in request.GET else None)
    if not where.is_valid():
        return _ask_where(request, where)
    tenant: Tenant = where.cleaned_data["tenant"]
    actor, now = actor_of(request, tenant_id=tenant.pk), timezone.now()
    form = ClientForm(
        data_of(request),
        actor=actor,
        client_type=CLIENT_TYPES[where.cleaned_data["type"]],
        policy=tenant_policy(tenant.pk),
        now=now,
    )
    if form.is_valid():
        key, secret = form_key_of(request.POST), form.secret_draft() if form.has_secret else None
        try:
            added = register_client(form.client_draft(), secret, actor=actor, now=now, form_key=key)
        except AlreadyAdded as error:
            (client,) = clients_by_id(tenant.pk, [error.client_id]).values()
            return show_already_added(request, client)
        except (RuleBroken, Conflict) as error:
            form.add_broken(error)
        else:
            title = gettext("Client Successfully Created")
            return show_plain_secret(request, added.client, added.plain, title=title)
    return _show(request, form, tenant)


def _ask_where(request: HttpRequest, form: TenantAndTypeForm) -> HttpResponse:
    form.initial = {"tenant": first_tenant()}
    return show_form(
        request,
        form,
        title=gettext("Add Client"),
        button=gettext("Continue"),
        subject=Client,
        method="get",
    )


def _show(request: HttpRequest, form: ClientForm, tenant: Tenant) -> HttpResponse:
    client_type = form.client_type.label
    return show_form(
        request,
        form,
        title=gettext("Add Client"),
        button=gettext("Add"),
        subject=Client,
        lines=(gettext("%(type)s, in %(tenant)s") % {"type": client_type, "tenant": tenant},),
        form_key=form_key_of(request.POST),
    )
