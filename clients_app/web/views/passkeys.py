"""Passkeys: what a script asks the browser for, and the sign-in by one."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clients_app.identity import kept_forms
from clients_app.identity import sign_in as steps
from clients_app.identity.passkeys.ceremony import (
    ADD,
    CODE,
    PROOF,
    SIGN_IN,
    options_to_add,
    options_to_use,
    relying_party,
)
from clients_app.identity.passkeys.held import passkey_rows
from clients_app.identity.person import person_of
from clients_app.web.addresses import at
from clients_app.web.htmx import go, with_query
from clients_app.web.views import sign_in


@at("passkey/<slug:purpose>")
@require_safe
def passkey_options(request: HttpRequest, purpose: str) -> HttpResponse:
    """Return as JSON what our script asks the browser for; each answer is for one use.

    Everybody who is signed out gets the same, without anybody's passkeys.
    """
    now = timezone.now()
    if not relying_party() or purpose not in {ADD, CODE, PROOF, SIGN_IN}:
        raise Http404
    if purpose == SIGN_IN:
        return JsonResponse(options_to_use(request, purpose, [], now=now))
    person = person_of(request) if request.user.is_authenticated else None
    if purpose == CODE and (stage := steps.code_awaited(request)):
        person = stage.login.user
    if person is None:
        return JsonResponse({}, status=403)
    held = passkey_rows(person)
    if purpose == ADD:
        return JsonResponse(options_to_add(request, person, held, now=now))
    return JsonResponse(options_to_use(request, purpose, held, now=now))


@at("sign-in/passkey")
@sign_in.for_applications
@kept_forms.keeps("next", kept_forms.PREFIX)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("passkey")
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """Sign in the person of a passkey, then go on to where they wanted to be."""
    to, fields = sign_in.goal_of(request)
    if request.user.is_authenticated:
        return sign_in.go_on(request, to, fields)
    if request.method != "POST":
        return go(request, with_query(reverse("account_login"), next=to))
    if not kept_forms.is_sent(request):
        return sign_in.ask(request, to, fields)
    if settings.SIGN_ON_ONLY:
        kept_forms.give_notice(request, gettext("Passkeys are not used here. Use a button below."))
        return sign_in.ask(request, to, fields, status=403)
    refused = steps.take_passkey(request, request.POST.get("passkey", ""), to=to)
    if refused:
        return sign_in.ask(request, to, fields, **refused._asdict())
    return steps.remembered(request, sign_in.go_on(request, to, fields))
