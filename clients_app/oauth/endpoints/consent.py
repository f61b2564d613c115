"""Where the consent page sends Allow and Cancel. Source: OpenID Connect Core 3.1.2.4; AUT-7.

It takes the same steps as the authorize endpoint, because what was true when the page was shown may
not be true now. Another site cannot send it: it needs the CSRF token of the page, whose key works
once.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods

from clients_app.errors import SentBefore
from clients_app.http.forms.portal_form import sent_key_of
from clients_app.identity.actor import actor_of
from clients_app.oauth.authorization.codes import code_answer
from clients_app.oauth.authorization.consent_page import mark_of
from clients_app.oauth.authorization.redirects import see_other
from clients_app.oauth.authorization.visit import Visit
from clients_app.oauth.endpoints.authorize import OF_PERSON, OF_REQUEST, TRUST, pass_through
from clients_app.oauth.errors import OAuthError
from clients_app.services import form_keys
from clients_app.services.authorizations.consents import grant

DECISION: Final = "decision"
ALLOW: Final = "allow"
CANCEL: Final = "cancel"
MARK: Final = "mark"


@require_http_methods(["GET", "HEAD", "POST"])
def consent(http_request: HttpRequest) -> HttpResponse:
    """Return the answer to the application, after its person decided; a reload asks again."""
    if http_request.method != "POST":
        return _ask_again(http_request)
    checks = (*OF_REQUEST, _cancelled, *OF_PERSON, _allowed)
    return pass_through(Visit(http_request), TRUST, checks)


def _cancelled(visit: Visit) -> None:
    """RFC 6749 4.1.2.1."""
    if visit.http.POST.get(DECISION) == CANCEL:
        raise OAuthError("access_denied", "The person did not agree.")


def _allowed(visit: Visit) -> HttpResponse:
    """The person agreed to what they read, once; any other form is only a reason to ask again."""
    now, actor = timezone.now(), actor_of(visit.http)
    sent = visit.http.POST
    form_key, is_read = sent_key_of(sent), constant_time_compare(sent.get(MARK, ""), mark_of(visit))
    if sent.get(DECISION) != ALLOW or not form_key or not is_read:
        return _ask_again(visit.http)
    try:
        with form_keys.once(form_key, actor=actor, now=now):
            grant(visit.person, visit.client, visit.chosen, actor=actor, now=now)
            return code_answer(visit)
    except SentBefore:
        return _ask_again(visit.http)


def _ask_again(request: HttpRequest) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    return see_other(f"{reverse('authorize')}?{query}")
