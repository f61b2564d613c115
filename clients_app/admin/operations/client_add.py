"""Add Client: adds the client with its first credential; a secret is shown once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clients_app.admin.forms import (
    ClientForm,
    KeyClientForm,
    PlatformClientForm,
    RuleClientForm,
    TenantAndTypeForm,
)
from clients_app.admin.operations.kinds import added
from clients_app.admin.operations.operation import (
    GRADE,
    KEY_PAIR,
    Answer,
    Operation,
    PlainSecret,
    ask_and_perform,
)
from clients_app.admin.pages import show_form
from clients_app.errors import gettext_noop
from clients_app.http.forms.portal_form import form_key_of
from clients_app.identity.actor import actor_of
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.rules.federation.presets import PRESETS
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.registration import register_client

_FORBIDDEN = gettext_noop(
    "A policy of this tenant forbids new secrets. Choose a public key or a federated identity, or "
    "select May get new secrets."
)


def _page(request: HttpRequest, operation: Operation) -> HttpResponse:
    """Ask for what the form depends on, which becomes part of the address, then for the client."""
    first = TenantAndTypeForm(request.GET if "tenant" in request.GET else None)
    if not first.is_valid():
        title, button = gettext("Add Client"), gettext("Continue")
        return show_form(request, first, title=title, button=button, subject=Client, method="get")
    tenant, client_type = first.cleaned_data["tenant"], CLIENT_TYPES[first.cleaned_data["type"]]
    policy, now = tenant_policy(tenant.pk), timezone.now()
    arguments = {
        "actor": actor_of(request, tenant_id=tenant.pk),
        "client_type": client_type,
        "policy": policy,
        "now": now,
    }
    place = gettext("%(type)s, in %(tenant)s") % {"type": client_type.label, "tenant": tenant}
    lines = [place]
    if client_type.has_secrets:
        operation, more = _by_way(operation, first.cleaned_data["way"])
        arguments |= more
        if operation.form is ClientForm and policy.forbids_new_secret(is_exempt=False):
            lines.append(gettext(_FORBIDDEN))
    return ask_and_perform(
        request, operation, Client, arguments, tenant_id=tenant.pk, now=now, lines=lines
    )


def _by_way(operation: Operation, way: str) -> tuple[Operation, dict[str, Any]]:
    """Return the operation with the form for a way to prove the client, and its arguments."""
    if way == "key":
        return operation._replace(form=KeyClientForm, below=KEY_PAIR), {}
    if way == "other":
        return operation._replace(form=RuleClientForm, below=GRADE), {"preset": PRESETS[way]}
    if way in PRESETS:
        return operation._replace(form=PlatformClientForm), {"preset": PRESETS[way]}
    return operation, {}


@added(
    Client,
    _("Add Client"),
    Action.ADD_CLIENT,
    form=ClientForm,
    other_forms=(KeyClientForm, PlatformClientForm, RuleClientForm),
    uses_key=True,
    page=_page,
)
@sensitive_variables("added")
def client_add(_model: type[Client], form: ClientForm, **by: Any) -> Answer:
    first = form.draft() if form.client_type.has_secrets else None
    key = form_key_of(form.data)
    added = register_client(form.client_draft(), first, form_key=key, **by)
    title = gettext("Client Successfully Created")
    return PlainSecret(added.client, added.plain, title)
