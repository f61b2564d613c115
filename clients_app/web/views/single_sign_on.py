"""Single sign-on: to the provider, and back with what it says about the person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from clients_app.http.sentences import sentence_of
from clients_app.identity import kept_forms
from clients_app.identity import sign_in as steps
from clients_app.identity.guesses import count_visit
from clients_app.identity.sign_on.flow import end_visit, note_refusal
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.identity.sign_on.visit import Visit, begin, provider_with, visit_of
from clients_app.identity.waiting_application import may_lead_to, waiting_application
from clients_app.rules.sign_on_providers import SignOnProvider
from clients_app.web.addresses import at
from clients_app.web.htmx import go, leave, show, with_query
from clients_app.web.views import sign_in


@at("sign-in/with/<slug:provider_id>")
@sign_in.for_applications
@kept_forms.keeps("next", kept_forms.PREFIX)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the person to the provider, which asks them to sign in if it has to."""
    provider, now = _provider(provider_id), timezone.now()
    to, fields = sign_in.goal_of(request)
    if request.user.is_authenticated:
        return sign_in.go_on(request, to, fields)
    if not kept_forms.is_sent(request):
        return go(request, with_query(reverse("account_login"), next=to))
    if wait_s := count_visit(request):
        return sign_in.ask(request, to, fields, error="too_many", status=429, wait_s=wait_s)
    try:
        address = begin(request, provider, to=to, fields=fields, now=now)
    except SignOnRefused as error:
        note_refusal(request, error, provider, now=now)
        return _say(request, error, to, fields)
    return leave(request, address, provider.name)


@at("sign-in/with/<slug:provider_id>/return")
@require_safe
def sign_on_return(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what the provider says, once, and go on to where the person wanted to be.

    Somebody who signed in meanwhile stays signed in.
    """
    provider, now = _provider(provider_id), timezone.now()
    visit = visit_of(request, provider)
    if visit and not visit.person_id and request.user.is_authenticated:
        return sign_in.go_on(request, visit.to, visit.fields)
    try:
        if visit is None:
            raise SignOnRefused("not begun", provider)
        end_visit(request, provider, visit, now=now)
    except SignOnRefused as error:
        if wait_s := count_visit(request):  # neither logged nor an event
            return sign_in.ask(request, "/", [], error="too_many", status=429, wait_s=wait_s)
        note_refusal(request, error, provider, now=now)
        return _refused(request, error, provider, visit)
    waiting = waiting_application(visit.to)
    response = _go_on(request, visit)
    return may_lead_to(response, waiting.redirect_uri) if waiting else response


def _go_on(request: HttpRequest, visit: Visit) -> HttpResponse:
    if not request.user.is_authenticated:
        return sign_in.ask_code(request, visit.to, visit.fields)
    return steps.remembered(request, sign_in.go_on(request, visit.to, visit.fields))


def _refused(
    request: HttpRequest, error: SignOnRefused, provider: SignOnProvider, visit: Visit | None
) -> HttpResponse:
    """Say why; people who are signed in stay so, and can go back to where they were."""
    to, fields = (visit.to, visit.fields) if visit else ("/", [])
    if not request.user.is_authenticated:
        return _say(request, error, to, fields)
    context = {"sentence": sentence_of(error), "next": to}
    title = gettext("Not confirmed")
    return show(request, "sign_in/sign_on_refused", context, title=title, status=error.status)


def _say(
    request: HttpRequest, error: SignOnRefused, to: str, fields: kept_forms.Fields
) -> HttpResponse:
    kept_forms.give_notice(request, sentence_of(error))
    return sign_in.ask(request, to, fields, status=error.status)


def _provider(provider_id: str) -> SignOnProvider:
    provider = provider_with(provider_id)
    if provider is None:
        raise Http404
    return provider
