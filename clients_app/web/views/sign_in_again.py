"""Sign in again: an application asks a signed-in person to prove who they are.

Source: OpenID Connect Core 3.1.2.1 (``prompt=login``, ``max_age``); AUT-7.
"""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.http.sentences import sentence_of
from clients_app.identity.factor_status import ways_of
from clients_app.identity.kept_forms import is_sent, own_path
from clients_app.identity.person import person_of
from clients_app.identity.proof import begin_proof, given_proof, problem_with
from clients_app.identity.sign_on.flow import note_refusal, proof_provider
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.identity.waiting_application import application_behind
from clients_app.rules.sign_on_providers import SignOnProvider
from clients_app.web.access import window
from clients_app.web.addresses import at
from clients_app.web.htmx import go, leave, show
from clients_app.web.views.sign_in import for_applications


@at("sign-in/again")
@for_applications
@window(None, "next", demands_factor=False)
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Ask for the password, a passkey or a code, then go on to the application."""
    to = own_path(request.POST.get("next") or request.GET.get("next"))
    provider = proof_provider(request)
    if provider and is_sent(request):
        return _leave(request, provider, to)
    wrong = problem_with(request, given_proof(request)) if is_sent(request) else ""
    if is_sent(request) and not wrong:
        return go(request, to)
    return _ask(request, to, provider, wrong=wrong, status=422 if wrong else 200)


def _leave(request: HttpRequest, provider: SignOnProvider, to: str) -> HttpResponse:
    now = timezone.now()
    try:
        address = begin_proof(request, provider, to=to, fields=[], now=now)
    except SignOnRefused as error:
        note_refusal(request, error, provider, now=now)
        return _ask(request, to, provider, wrong=sentence_of(error), status=error.status)
    return leave(request, address, provider.name)


def _ask(
    request: HttpRequest, to: str, provider: SignOnProvider | None, *, wrong: str, status: int
) -> HttpResponse:
    waiting = application_behind(request)
    context = {
        "next": to,
        "error": wrong,
        **ways_of(person_of(request))._asdict(),
        "provider": provider,
        "person": person_of(request),
        "application": waiting and waiting.client.name,
    }
    title = gettext("Sign in again")
    return show(request, "sign_in/sign_in_again", context, title=title, status=status)
