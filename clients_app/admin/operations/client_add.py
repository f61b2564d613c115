"""Add Client: adds the client with its first secret, and shows the secret once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clients_app.admin.forms import ClientForm, TenantAndTypeForm
from clients_app.admin.operations.kinds import added
from clients_app.admin.operations.operation import Answer, Operation, PlainSecret, ask_and_perform
from clients_app.admin.pages import show_form
from clients_app.http.forms.portal_form import form_key_of
from clients_app.identity.actor import actor_of
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.registration import register_client


def _page(request: HttpRequest, operation: Operation) -> HttpResponse:
    """Ask for tenant and type, which become part of the address, then for the client."""
    first = TenantAndTypeForm(request.GET if "tenant" in request.GET else None)
    if not first.is_valid():
        title, button = gettext("Add Client"), gettext("Continue")
        return show_form(request, first, title=title, button=button, subject=Client, method="get")
    tenant, client_type = first.cleaned_data["tenant"], CLIENT_TYPES[first.cleaned_data["type"]]
    now = timezone.now()
    arguments = {
        "actor": actor_of(request, tenant_id=tenant.pk),
        "client_type": client_type,
        "policy": tenant_policy(tenant.pk),
        "now": now,
    }
    place = gettext("%(type)s, in %(tenant)s") % {"type": client_type.label, "tenant": tenant}
    return ask_and_perform(
        request, operation, Client, arguments, tenant_id=tenant.pk, now=now, lines=(place,)
    )


@added(Client, _("Add Client"), Action.ADD_CLIENT, form=ClientForm, uses_key=True, page=_page)
@sensitive_variables("added")
def client_add(_model: type[Client], form: ClientForm, **by: Any) -> Answer:
    secret = form.draft() if form.client_type.has_secrets else None
    key = form_key_of(form.data)
    added = register_client(form.client_draft(), secret, form_key=key, **by)
    title = gettext("Client Successfully Created")
    return PlainSecret(added.client, added.plain, title)
