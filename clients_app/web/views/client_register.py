"""Add Client, the last step: saves client and first secret together; shows the secret once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from clients_app import conf
from clients_app.errors import AlreadyAdded, Conflict, RuleBroken
from clients_app.http.forms.portal_form import form_key_of, input_of
from clients_app.http.forms.secret_form import SecretForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.permissions import Action
from clients_app.rules.client_types import CLIENT_CREDENTIALS
from clients_app.selectors.clients.lookup import get_client
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.registration import register_client
from clients_app.web.access import may, signed_in
from clients_app.web.forms.client_form import ClientForm
from clients_app.web.forms.url_lists import after_url_step, is_url_step
from clients_app.web.htmx import see_other, show
from clients_app.web.views.client_add import (
    addresses_of,
    known_type,
    show_client_form,
    show_secret_form,
)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("created")
@signed_in
@may(Action.ADD_CLIENT)
@keeps(ClientForm, SecretForm, "form_key", "add_url", "remove_url")
def client_register(request: HttpRequest, client_type: str = CLIENT_CREDENTIALS.id) -> HttpResponse:
    """Last window; Add is the only place where the secret is seen."""
    named = known_type(client_type)
    if request.method != "POST":
        return see_other(addresses_of(named)["first"])
    policy = tenant_policy(actor_of(request).tenant_id)
    form = SecretForm(request.POST, now=timezone.now(), policy=policy)
    made_of: dict[str, Any] = {"actor": actor_of(request), "client_type": named}
    if BACK in request.POST or is_url_step(request.POST):
        client_form = ClientForm.shown(after_url_step(request.POST), **made_of)
        form = SecretForm.shown(request.POST, now=form.now, policy=policy)
        if not named.has_secrets or is_url_step(request.POST):
            return show_client_form(request, client_form, form)
        return show_secret_form(request, client_form, form)
    client_form = ClientForm(request.POST, at_add=True, **made_of)
    if not client_form.is_valid():
        return show_client_form(request, client_form, form, status=422)
    if not named.has_secrets:
        return _register(request, client_form, None)
    if not form.is_valid():
        return show_secret_form(request, client_form, form, status=422)
    return _register(request, client_form, form)


@sensitive_variables("created")
def _register(
    request: HttpRequest, client_form: ClientForm, form: SecretForm | None
) -> HttpResponse:
    now = timezone.now()
    try:
        created = register_client(
            client_form.client_draft(),
            form.secret_draft() if form else None,
            actor=client_form.actor,
            now=now,
            form_key=form_key_of(request.POST),
        )
    except AlreadyAdded as error:
        return already_added(request, error)
    except (RuleBroken, Conflict) as error:
        if form is not None and input_of(error.field or "") in form.fields:
            form.add_broken(error)
            return show_secret_form(request, client_form, form, status=422)
        client_form.add_broken(error)
        return show_client_form(request, client_form, form or SecretForm(now=now), status=422)
    context = {
        "client": created.client,
        "plain": created.plain,
        "token_address": f"{conf.issuer()}/connect/token",
    }
    title = gettext("Client Successfully Created")
    screen = "clients/client_created" if form else "clients/client_created_public"
    return show(request, screen, context, title=title, tell="clientCreated")


def already_added(request: HttpRequest, error: AlreadyAdded) -> HttpResponse:
    """Say that the first try was saved; its secret is gone, a new one can be added."""
    client = get_client(actor_of(request).tenant_id, error.client_id)
    title = gettext("Already Added")
    context = {"client": client}
    return show(
        request, "clients/already_added", context, title=title, status=409, tell="clientChanged"
    )
