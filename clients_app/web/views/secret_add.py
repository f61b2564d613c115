"""Add Secret to a client that exists, and show it once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from clients_app import conf
from clients_app.errors import AlreadyAdded, Conflict, RuleBroken
from clients_app.http.forms.portal_form import form_key_of
from clients_app.http.forms.secret_form import SecretForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.secrets.changes import add_secret
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import show
from clients_app.web.views.client_register import already_added


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("added")
@signed_in
@may(Action.ADD_SECRET)
@keeps(SecretForm, "form_key")
def secret_add(request: HttpRequest, client: Client) -> HttpResponse:
    """Ask for description and date; Add is the only place where the secret is seen."""
    actor, now = actor_of(request), timezone.now()
    made_of: dict[str, Any] = {"now": now, "policy": tenant_policy(client.tenant_id)}
    if request.method != "POST" or BACK in request.POST:
        return _ask(request, client, SecretForm.shown(request.POST, **made_of))
    form = SecretForm(request.POST, **made_of)
    if not form.is_valid():
        return _ask(request, client, form, status=422)
    try:
        added = add_secret(
            client, form.secret_draft(), actor=actor, now=now, form_key=form_key_of(request.POST)
        )
    except AlreadyAdded as error:
        return already_added(request, error)
    except (RuleBroken, Conflict) as error:
        form.add_broken(error)
        return _ask(request, client, form, status=422)
    context = {
        "client": client,
        "plain": added.plain,
        "same_description": same_description(client, form, but=added.secret),
        "has_others": client.secrets.live(now).exclude(pk=added.secret.pk).exists(),
        "token_address": f"{conf.issuer()}/connect/token",
    }
    title = gettext("Secret Successfully Added")
    return show(request, "secrets/secret_added", context, title=title, tell="clientChanged")


def same_description(client: Client, form: SecretForm, *, but: ClientSecret) -> str:
    """Return the description if another live secret has it too: warned, not refused."""
    said = form.secret_draft().description
    others = client.secrets.live(form.now).exclude(pk=but.pk)
    return said if others.filter(description=said).exists() else ""


def _ask(
    request: HttpRequest, client: Client, form: SecretForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "name": client.name,
        "client": client,
        "kept": [],
        "form_key": form_key_of(request.POST),
    }
    return show(request, "secrets/secret_add", context, title=gettext("Add Secret"), status=status)
