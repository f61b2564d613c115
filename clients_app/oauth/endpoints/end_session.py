"""The end session endpoint: an application signs a person out of the portal, and gets them back.

The portal asks first, unless an id token proves that the request comes from an application of the
person who is signed in. Nobody is sent anywhere but to a registered address.

Source: OpenID Connect RP-Initiated Logout 1.0 sections 2 to 4; AUT-10.
"""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clients_app.http.peer_address import address_of
from clients_app.identity.sign_in import sign_out
from clients_app.identity.waiting_application import may_lead_to
from clients_app.models import Client
from clients_app.oauth import request_log
from clients_app.oauth.authorization.pages import page, refused_page
from clients_app.oauth.authorization.redirects import see_other
from clients_app.oauth.authorization.visit import Visit
from clients_app.oauth.errors import OAuthError, invalid_request
from clients_app.rules.authorization_requests import is_text
from clients_app.rules.redirect_uris import with_parameters
from clients_app.selectors.authorizations.applications import (
    application_named,
    may_send_after_sign_out,
)
from clients_app.services.tokens.id_tokens import hinted


class _Request(NamedTuple):
    """A checked request: where to go afterwards, and the person whom an id token names."""

    client: Client | None
    to: str
    person_id: str


@csrf_exempt  # a POST changes nothing
def end_session(http_request: HttpRequest) -> HttpResponse:
    """Sign the person out, or ask them first."""
    visit = Visit(http_request)
    try:
        if (again := visit.as_get("end-session")) is not None:
            return again
        asked = _checked(visit)
    except OAuthError as error:
        return _refused(visit, error)
    person = http_request.user
    if person.is_authenticated and str(person.pk) != asked.person_id:
        return _ask(visit, asked)
    return _signed_out(visit, asked)


@require_http_methods(["GET", "HEAD", "POST"])
def end_session_confirmed(http_request: HttpRequest) -> HttpResponse:
    """Sign the person out, who has said so on our own page; a reload asks again."""
    if http_request.method != "POST":
        return see_other(f"{reverse('end-session')}?{http_request.META.get('QUERY_STRING', '')}")
    visit = Visit(http_request)
    try:
        asked = _checked(visit)
    except OAuthError as error:
        return _refused(visit, error)
    return _signed_out(visit, asked)


def _checked(visit: Visit) -> _Request:
    """Return the request. Errors: OAuthError; then nobody is signed out or sent anywhere."""
    visit.read_query()
    params = visit.params
    if visit.repeated:
        raise invalid_request("A parameter is sent more than once.")
    if not is_text("state", params.get("state", "")):
        raise invalid_request("The state is too long, or has characters that are not allowed.")
    claims = _claims_of(params.get("id_token_hint", ""))
    client_id = params.get("client_id", claims.get("aud", ""))
    if claims and client_id.lower() != claims["aud"]:
        raise invalid_request("The id_token_hint is not an id token of this client.")
    client = application_named(client_id)
    if "client_id" in params and client is None:
        raise invalid_request("There is no such application, or it is disabled.")
    to = params.get("post_logout_redirect_uri", "")
    if to and (client is None or not may_send_after_sign_out(client, to)):
        raise invalid_request("The post_logout_redirect_uri is not registered for a client.")
    state = {"state": params["state"]} if to and "state" in params else {}
    return _Request(client, with_parameters(to, state), claims.get("sub", ""))


def _claims_of(id_token_hint: str) -> dict[str, Any]:
    if not id_token_hint:
        return {}
    claims = hinted(id_token_hint)
    if claims is None:
        raise invalid_request("The id_token_hint is not an id token of this portal.")
    return claims


def _ask(visit: Visit, asked: _Request) -> HttpResponse:
    context = {
        "application": asked.client,
        "person": visit.person,
        "action": with_parameters(reverse("end-session-confirmed"), visit.params),
    }
    response = page(visit.http, "end_session", context, title=gettext("Sign out?"))
    return may_lead_to(response, *filter(None, [asked.to]))


def _signed_out(visit: Visit, asked: _Request) -> HttpResponse:
    if visit.http.user.is_authenticated:
        sign_out(visit.http)
    return see_other(asked.to or reverse("account_login"))


def _refused(visit: Visit, error: OAuthError) -> HttpResponse:
    address = address_of(visit.http)
    request_log.refused(error, endpoint="EndSession", address=address, is_of_stranger=True)
    title = gettext("This sign-out cannot continue")
    return refused_page(visit.http, error, title=title)
