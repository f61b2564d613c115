"""The authorize endpoint: an application sends a person here, who comes back with a code.

Two ordered tables of checks. Until the redirect URL is trusted, errors are pages of the portal;
after that, they go back to the application. A check fills in what it found, returns the page that
the person needs next, or raises OAuthError.

Source: RFC 6749 section 4.1; OpenID Connect Core sections 3.1.2 and 3.3.2; AUT-1 to AUT-8.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf
from clients_app.errors import PortalError, RuleBroken
from clients_app.http.peer_address import address_of
from clients_app.identity.last_proof import last_proof
from clients_app.identity.put_off_factor import must_set_up_factor
from clients_app.oauth import request_log
from clients_app.oauth.authorization.answers import error_answer
from clients_app.oauth.authorization.codes import code_answer
from clients_app.oauth.authorization.consent_page import (
    consent_page,
    wrong_person_page,
    wrong_tenant_page,
)
from clients_app.oauth.authorization.pages import refused_page
from clients_app.oauth.authorization.redirects import see_other
from clients_app.oauth.authorization.visit import Visit
from clients_app.oauth.client_query import read_client
from clients_app.oauth.errors import OAuthError, invalid_request, unavailable
from clients_app.oauth.targets import invalid_target, refused_target
from clients_app.rules.authorization_requests import TENANT, RequestRefused, checked_request
from clients_app.rules.redirect_uris import with_parameters
from clients_app.rules.targets import chosen_for_person
from clients_app.selectors.authorizations.applications import application_named, may_send_to
from clients_app.services.authorizations.consents import allowed
from clients_app.services.tokens.id_tokens import hinted
from clients_app.services.usage.refused_requests import count_unproved_request

Check = Callable[[Visit], HttpResponse | None]


@csrf_exempt  # a POST changes nothing
def authorize(http_request: HttpRequest) -> HttpResponse:
    """Return the answer to an application, or the page that its person needs before that."""
    checks = (*OF_REQUEST, *OF_PERSON, _consent)
    return pass_through(Visit(http_request), (_method, *TRUST), checks)


def pass_through(visit: Visit, before: tuple[Check, ...], after: tuple[Check, ...]) -> HttpResponse:
    """Return what the first check has to say; if none has, the code.

    Errors of the checks ``before`` are shown here, those ``after`` go back to the application.
    """
    try:
        for check in before:
            if (page := check(visit)) is not None:
                return page
    except OAuthError as error:
        _note(visit, error)
        return refused_page(visit.http, error)
    try:
        for check in after:
            if (page := check(visit)) is not None:
                return page
        return code_answer(visit)
    except OAuthError as raised:
        refusal = raised
    except PortalError as raised:  # such as a signing key that is lost
        refusal = unavailable(str(raised), retry_after_s=0)
    _note(visit, refusal)
    return error_answer(visit, refusal)


def _note(visit: Visit, error: OAuthError) -> None:
    """Count and log a refusal; nobody proved that the client sent the request."""
    address = address_of(visit.http)
    if client := getattr(visit, "client", None):
        error.client_id = str(client.pk)
        count_unproved_request(client.pk, error.error, address=address, now=timezone.now())
    request_log.refused(error, endpoint="Authorize", address=address, is_of_stranger=True)


def _method(visit: Visit) -> HttpResponse | None:
    """OpenID Connect Core 3.1.2.1: GET and POST."""
    return visit.as_get("authorize")


def _readable(visit: Visit) -> None:
    """RFC 6749 appendix B: a form, in UTF-8."""
    visit.read_query()


def _client(visit: Visit) -> None:
    """RFC 6749 4.1.2.1: an unknown client gets no redirect; nor does one that is disabled."""
    if "client_id" not in visit.params or "client_id" in visit.repeated:
        raise invalid_request("The client_id is missing, or is sent more than once.")
    client = application_named(visit.params["client_id"])
    if client is None:
        raise OAuthError("invalid_client", "There is no such application, or it is disabled.")
    visit.client = client


def _redirect_uri(visit: Visit) -> None:
    """RFC 6749 3.1.2.3, RFC 9700 4.1.3: exactly one that is registered."""
    if "redirect_uri" not in visit.params or "redirect_uri" in visit.repeated:
        raise invalid_request("The redirect_uri is missing, or is sent more than once.")
    if not may_send_to(visit.client, visit.params["redirect_uri"]):
        raise invalid_request("The redirect_uri is not registered for this application.")


#: Before the redirect URL is trusted: an error is a page of the portal.
TRUST: Final[tuple[Check, ...]] = (_readable, _client, _redirect_uri)


def _once(visit: Visit) -> None:
    """RFC 6749 3.1: each parameter once. Two resources are more than one API (RFC 8707 2)."""
    if visit.repeated & {"resource", "audience"}:
        raise invalid_target()
    if visit.repeated:
        raise invalid_request("A parameter is sent more than once.")


def _request(visit: Visit) -> None:
    """See the table of ``rules/authorization_requests``."""
    try:
        visit.request = checked_request(visit.params, visit.client.type)
    except RequestRefused as refused:
        raise OAuthError(refused.error, refused.description) from refused


def _target(visit: Visit) -> None:
    """RFC 6749 3.3, RFC 8707 2: the API and the scopes."""
    request, stored = visit.request, read_client(visit.client.pk, now=timezone.now())
    try:
        visit.chosen = chosen_for_person(
            stored.reach,
            origin=conf.public_url(),
            may_refresh=visit.client.allow_refresh_token,
            named=request.resource or None,
            scope=request.scope or None,
        )
    except RuleBroken as error:
        raise refused_target(error) from error


def _asked_tenant(visit: Visit) -> None:
    """``acr_values=tenant:<id>`` names the tenant of the people who may sign in."""
    for value in visit.request.acr_values.split():
        if value.startswith(TENANT) and value != f"{TENANT}{visit.client.tenant_id}":
            raise OAuthError("access_denied", "This client belongs to another tenant.")


def _signed_in(visit: Visit) -> HttpResponse | None:
    """OpenID Connect Core 3.1.2.3: somebody is signed in."""
    if visit.http.user.is_authenticated:
        return None
    return _sign_in(visit, "account_login")


def _tenant(visit: Visit) -> HttpResponse | None:
    """TEN-1: a client gets no codes of people of other tenants."""
    if visit.person.tenant_id == visit.client.tenant_id:
        return None
    if "none" in visit.request.prompt:
        raise OAuthError("access_denied", "The person belongs to another tenant.")
    return wrong_tenant_page(visit)


def _second_factor(visit: Visit) -> HttpResponse | None:
    """POL-2: people who must have a second factor set it up before anything else."""
    if not must_set_up_factor(visit.http, now=timezone.now()):
        return None
    if "none" in visit.request.prompt:
        raise OAuthError("interaction_required", "The person must set up a second factor.")
    to = with_parameters(reverse("authorize"), visit.params)
    return see_other(with_parameters(reverse("account-authenticator"), {"next": to}))


def _recent_sign_in(visit: Visit) -> HttpResponse | None:
    """OpenID Connect Core 3.1.2.1: ``prompt=login`` and ``max_age``."""
    proved, max_age_s = last_proof(visit.http), visit.request.max_age_s
    if proved is None:
        return _sign_in(visit, "sign-in-again")
    is_old = max_age_s is not None and (timezone.now() - proved).total_seconds() > max_age_s
    if (is_old or "login" in visit.request.prompt) and not visit.signed_in_for_this():
        return _sign_in(visit, "sign-in-again")
    visit.proved_at = proved
    return None


def _hinted_person(visit: Visit) -> HttpResponse | None:
    """OpenID Connect Core 3.1.2.2: who is signed in is whom ``id_token_hint`` names."""
    if not visit.request.id_token_hint:
        return None
    claims = hinted(visit.request.id_token_hint)
    if claims is None or claims["aud"] != str(visit.client.pk):
        raise invalid_request("The id_token_hint is not an id token of this client.")
    if claims["sub"] == str(visit.person.pk):
        return None
    if "none" in visit.request.prompt:
        raise OAuthError("login_required", "Another person is signed in.")
    return wrong_person_page(visit)


#: After the redirect URL is trusted: an error goes back to the application.
OF_REQUEST: Final[tuple[Check, ...]] = (_once, _request, _target, _asked_tenant)
OF_PERSON: Final[tuple[Check, ...]] = (
    _signed_in,
    _tenant,
    _hinted_person,
    _second_factor,
    _recent_sign_in,
)


def _consent(visit: Visit) -> HttpResponse | None:
    """OpenID Connect Core 3.1.2.4: the person agrees, or did so before."""
    prompt = visit.request.prompt
    if prompt & {"consent", "select_account"}:
        return consent_page(visit)
    if allowed(visit.person, visit.client, visit.chosen):
        return None
    if "none" in prompt:
        raise OAuthError("consent_required", "The person has not agreed yet.")
    return consent_page(visit)


def _sign_in(visit: Visit, page: str) -> HttpResponse:
    if "none" in visit.request.prompt:
        raise OAuthError("login_required", "The person must sign in.")
    to = f"{reverse('authorize')}?{visit.query_after_sign_in()}"
    return see_other(with_parameters(reverse(page), {"next": to}))
