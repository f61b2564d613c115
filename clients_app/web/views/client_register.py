"""Add Client, step 2 of 2: saves client and first secret together, and shows the secret once."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from clients_app import conf, selectors
from clients_app.errors import AlreadyAdded, Conflict, RuleBroken
from clients_app.policies import Action
from clients_app.services.clients import register_client
from clients_app.web.access import may, signed_in
from clients_app.web.actor import actor_of
from clients_app.web.forms.client_form import ClientForm
from clients_app.web.forms.secret_form import SecretForm
from clients_app.web.forms.window_form import form_key_of
from clients_app.web.htmx import see_other, show
from clients_app.web.kept import BACK
from clients_app.web.proof import fresh_proof
from clients_app.web.views.client_add import WHY, show_client_form, show_secret_form


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("created")
@signed_in
@may(Action.ADD_CLIENT)
@fresh_proof(WHY)
def client_register(request: HttpRequest) -> HttpResponse:
    """Second window; Add is the only place where the secret is seen."""
    actor, now = actor_of(request), timezone.now()
    if request.method != "POST":
        return see_other(reverse("client-add"))
    if BACK in request.POST:
        client_form = ClientForm.shown(request.POST, actor=actor)
        return show_secret_form(request, client_form, SecretForm.shown(request.POST, now=now))
    form = SecretForm(request.POST, now=now)
    client_form = ClientForm(request.POST, actor=actor, at_add=True)
    if not client_form.is_valid():
        return show_client_form(request, client_form, form, status=422)
    if not form.is_valid():
        return show_secret_form(request, client_form, form, status=422)
    key = form_key_of(request)
    try:
        created = register_client(
            client_form.draft(), form.draft(), actor=actor, now=now, form_key=key
        )
    except AlreadyAdded as error:
        return already_added(request, error)
    except (RuleBroken, Conflict) as error:
        if error.field in client_form.fields:
            client_form.add_broken(error)
            return show_client_form(request, client_form, form, status=422)
        form.add_broken(error)
        return show_secret_form(request, client_form, form, status=422)
    context = {
        "client": created.client,
        "plain": created.plain,
        "token_address": f"{conf.issuer()}/connect/token",
    }
    title = gettext("Client Successfully Created")
    return show(request, "client_created", context, title=title, tell="clientCreated")


def already_added(request: HttpRequest, error: AlreadyAdded) -> HttpResponse:
    """Say that the first try was saved; its secret is gone, a new one can be added."""
    client = selectors.get_client(actor_of(request).tenant_id, error.client_id)
    title = gettext("Already Added")
    context = {"client": client}
    return show(request, "already_added", context, title=title, status=409, tell="clientChanged")
