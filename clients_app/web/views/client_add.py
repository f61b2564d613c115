"""Add Client, step 1 of 2: saves nothing."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clients_app.policies import Action
from clients_app.web.access import may, signed_in
from clients_app.web.actor import actor_of
from clients_app.web.forms.client_form import ClientForm
from clients_app.web.forms.secret_form import SecretForm
from clients_app.web.forms.window_form import form_key_of
from clients_app.web.htmx import show
from clients_app.web.kept import BACK
from clients_app.web.proof import fresh_proof

WHY = _("A client gives access to your APIs.")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.ADD_CLIENT)
@fresh_proof(WHY)
def client_add(request: HttpRequest) -> HttpResponse:
    """First window; Continue leads to Add Secret, which carries what was typed here."""
    actor, now = actor_of(request), timezone.now()
    secret_form = SecretForm.shown(request.POST, now=now)
    if request.method != "POST" or BACK in request.POST:
        form = ClientForm.shown(request.POST, actor=actor)
        return show_client_form(request, form, secret_form)
    form = ClientForm(request.POST, actor=actor)
    if not form.is_valid():
        return show_client_form(request, form, secret_form, status=422)
    return show_secret_form(request, form, secret_form)


def show_client_form(
    request: HttpRequest, form: ClientForm, secret_form: SecretForm, *, status: int = 200
) -> HttpResponse:
    """Show step 1; what was typed in step 2 travels with it."""
    came_back = "expiration" in request.POST
    context = {
        "form": form,
        "kept": secret_form.hidden if came_back else [],
        "form_key": form_key_of(request),
    }
    return show(request, "client_add", context, title=gettext("Add Client"), status=status)


def show_secret_form(
    request: HttpRequest, client_form: ClientForm, form: SecretForm, *, status: int = 200
) -> HttpResponse:
    """Show step 2, with step 1 in hidden inputs that are trusted for nothing."""
    context = {
        "form": form,
        "name": client_form["name"].value(),
        "kept": client_form.hidden,
        "form_key": form_key_of(request),
        "is_step_2": True,
    }
    return show(request, "secret_add", context, title=gettext("Add Secret"), status=status)
