"""Add Client, the fields of each Client Type: step 1 of 2 where a secret follows; saves nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clients_app.errors import NotFound, gettext_noop
from clients_app.http.forms.portal_form import form_key_of
from clients_app.http.forms.secret_form import SecretForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.permissions import Action
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES, ClientType
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.web.access import may, signed_in
from clients_app.web.forms.client_form import ClientForm
from clients_app.web.forms.url_lists import after_url_step, is_url_step
from clients_app.web.htmx import show

WHY = _("A client gives access to your APIs.")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.ADD_CLIENT)
@keeps(ClientForm, SecretForm, "form_key", "add_url", "remove_url")
def client_add(request: HttpRequest, client_type: str = CLIENT_CREDENTIALS.id) -> HttpResponse:
    """First window; Continue leads to Add Secret, which carries what was typed here."""
    named = known_type(client_type)
    actor, now = actor_of(request), timezone.now()
    policy = tenant_policy(actor.tenant_id)
    secret_form = SecretForm.shown(request.POST, now=now, policy=policy)
    if request.method != "POST" or BACK in request.POST or is_url_step(request.POST):
        typed = after_url_step(request.POST)
        form = ClientForm.shown(typed, actor=actor, client_type=named)
        return show_client_form(request, form, secret_form)
    form = ClientForm(request.POST, actor=actor, client_type=named)
    if not form.is_valid():
        return show_client_form(request, form, secret_form, status=422)
    if not named.has_secrets:  # there is no second step
        return show_client_form(request, form, secret_form)
    return show_secret_form(request, form, secret_form)


def known_type(text: str) -> ClientType:
    """Return the Client Type that an address names.

    Errors: NotFound.
    """
    if text not in CLIENT_TYPES:
        raise NotFound(gettext_noop("There is no such Client Type."))
    return CLIENT_TYPES[text]


def addresses_of(client_type: ClientType) -> dict[str, str]:
    """Return the addresses of the two steps for a type; Client-Credentials has the plain ones."""
    if client_type == CLIENT_CREDENTIALS:
        return {"first": reverse("client-add"), "second": reverse("client-register")}
    kwargs = {"client_type": client_type.id}
    return {
        "first": reverse("client-add-type", kwargs=kwargs),
        "second": reverse("client-register-type", kwargs=kwargs),
    }


def show_client_form(
    request: HttpRequest, form: ClientForm, secret_form: SecretForm, *, status: int = 200
) -> HttpResponse:
    """Show step 1; what was typed in step 2 travels with it."""
    came_back = "expiration" in request.POST
    listed = request.POST.get("add_url", request.POST.get("remove_url", "")).partition(":")[0]
    steps = addresses_of(form.client_type)
    has_one_step = not form.client_type.has_secrets
    context = {
        "form": form,
        "client_type": form.client_type,
        "has_one_step": has_one_step,
        "action": steps["second" if has_one_step else "first"],
        "focus": form.first_wrong or (listed if listed in form.fields else "") or "name",
        "kept": secret_form.hidden if came_back else [],
        "form_key": form_key_of(request.POST),
        "owns_it": secret_form.policy.owner_required,
    }
    return show(request, "clients/client_add", context, title=gettext("Add Client"), status=status)


def show_secret_form(
    request: HttpRequest, client_form: ClientForm, form: SecretForm, *, status: int = 200
) -> HttpResponse:
    """Show step 2, with step 1 in hidden inputs that are trusted for nothing."""
    context = {
        "form": form,
        "name": client_form["name"].value(),
        "kept": client_form.hidden,
        "steps": addresses_of(client_form.client_type),
        "form_key": form_key_of(request.POST),
        "is_step_2": True,
    }
    return show(request, "secrets/secret_add", context, title=gettext("Add Secret"), status=status)
