"""Sign in again: an application asks a signed-in person to prove who they are.

Source: OpenID Connect Core 3.1.2.1 (``prompt=login``, ``max_age``); AUT-7.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from clients_app.identity.kept_forms import is_sent, own_path
from clients_app.identity.last_proof import asks_code
from clients_app.identity.person import person_of
from clients_app.identity.proof import problem_with
from clients_app.identity.waiting_application import application_behind
from clients_app.web.access import window
from clients_app.web.htmx import go, show
from clients_app.web.views.sign_in import for_applications


@for_applications
@window(None, "next", demands_factor=False)
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Ask for the password or a code, then go on to the application."""
    to = own_path(request.POST.get("next") or request.GET.get("next"))
    wrong = problem_with(request, request.POST.get("proof", "")) if is_sent(request) else ""
    if is_sent(request) and not wrong:
        return go(request, to)
    waiting = application_behind(request)
    context = {
        "next": to,
        "error": wrong,
        "by_code": asks_code(request),
        "person": person_of(request),
        "application": waiting and waiting.client.name,
    }
    title, status = gettext("Sign in again"), 422 if wrong else 200
    return show(request, "sign_in/sign_in_again", context, title=title, status=status)
