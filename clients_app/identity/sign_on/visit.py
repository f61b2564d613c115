"""A visit to a provider: the address to send a person to, and what they bring back.

To sign in, or to confirm their identity. What was typed waits in the session meanwhile.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from clients_app import conf
from clients_app.identity.allauth_internals import statekit
from clients_app.identity.kept_forms import Fields
from clients_app.identity.sign_on.discovery import configuration_of, reached, read_json
from clients_app.identity.sign_on.id_tokens import Asked, claims_of
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.rules.sign_on_providers import SignOnProvider

#: what a provider may answer (OpenID Connect Core 3.1.2.6). Anyone can write another text into the
#: address; those of the list alone become events, so that nobody makes each one a new event.
_ERRORS: Final = frozenset(
    {
        *("no code", "access_denied", "account_selection_required", "consent_required"),
        *("interaction_required", "invalid_request", "invalid_scope", "login_required"),
        *("server_error", "temporarily_unavailable", "unauthorized_client"),
        *("unsupported_response_type", "unmet_authentication_requirements"),
    }
)
_ABOUT_PERSON: Final = frozenset({"iss", "aud", "exp", "iat", "nonce", "auth_time", "azp", "acr"})


class Visit(NamedTuple):
    """What was asked, and where to go on with which fields; ``person_id`` if they confirm."""

    to: str
    fields: Fields
    person_id: str
    nonce: str
    verifier: str
    begun_at: datetime


def providers() -> tuple[SignOnProvider, ...]:
    """Return the providers in the order of their buttons."""
    found: tuple[SignOnProvider, ...] = settings.SIGN_ON_PROVIDERS
    return found


def provider_with(provider_id: str) -> SignOnProvider | None:
    """Return the provider with this number."""
    return next((one for one in providers() if one.id == provider_id), None)


def begin(
    request: HttpRequest,
    provider: SignOnProvider,
    *,
    to: str,
    fields: Fields,
    person_id: str = "",
    now: datetime,
) -> str:
    """Return the address of ``provider`` to go to; the session remembers the visit.

    With ``person_id`` the person must sign in there again. Errors: SignOnRefused.
    """
    endpoint = configuration_of(provider)["authorization_endpoint"]
    pkce = generate_code_challenge()
    nonce, verifier = secrets.token_urlsafe(32), pkce.pop("code_verifier")
    state = Visit(to, fields, person_id, nonce, verifier, now)._asdict()
    client = _client(request, provider, "")
    client.state = statekit.stash_state(
        request,
        provider_id=provider.id,
        state={**state, "begun_at": now.timestamp()},
        state_id=secrets.token_urlsafe(32),
    )
    again = {"prompt": "login", "max_age": "0"} if person_id else {}
    asked = {"nonce": nonce, **pkce, **again}
    address: str = client.get_redirect_url(endpoint, provider.scopes, asked)
    return address


def visit_of(request: HttpRequest, provider: SignOnProvider) -> Visit | None:
    """Return the visit that this request ends, once; None if none was begun in this browser."""
    state_id = request.GET.get("state", "")
    state = statekit.unstash_state(request, provider_id=provider.id, state_id=state_id)
    if state is None:
        return None
    fields = [(name, value) for name, value in state.pop("fields")]
    begun_at = datetime.fromtimestamp(state.pop("begun_at"), UTC)
    return Visit(fields=fields, begun_at=begun_at, **state)


def claims_brought(
    request: HttpRequest, provider: SignOnProvider, visit: Visit, *, now: datetime
) -> dict[str, Any]:
    """Return what ``provider`` says about the person who comes back. Errors: SignOnRefused."""
    _refuse_error(request, provider)
    answer = _tokens(request, provider, visit)
    access_token = str(answer.get("access_token", ""))
    again = visit.begun_at if visit.person_id else None
    asked = Asked(visit.nonce, access_token, again)
    claims = claims_of(answer.get("id_token"), provider, asked, now=now)
    if visit.person_id or not _lacks(claims, provider):
        return claims
    return _completed(claims, provider, access_token)


def _refuse_error(request: HttpRequest, provider: SignOnProvider) -> None:
    """Refuse an error, and an answer of another provider (RFC 9207)."""
    issuer = request.GET.get("iss")
    demands = "authorization_response_iss_parameter_supported"
    if issuer is None and configuration_of(provider).get(demands) is not True:
        issuer = provider.issuer
    if issuer != provider.issuer:
        raise SignOnRefused("not trusted", provider, detail="iss of the answer is another one")
    if "error" in request.GET or not request.GET.get("code"):
        error = request.GET.get("error", "no code")
        detail = error if error in _ERRORS else "an error that no standard knows"
        raise SignOnRefused("cancelled", provider, detail=detail)


def _tokens(request: HttpRequest, provider: SignOnProvider, visit: Visit) -> Mapping[str, Any]:
    client = _client(request, provider, configuration_of(provider)["token_endpoint"])

    def send() -> Mapping[str, Any]:
        answer = client.get_access_token(request.GET["code"], pkce_code_verifier=visit.verifier)
        return answer if isinstance(answer, Mapping) else {}

    try:
        return reached(provider, send)
    except (OAuth2Error, KeyError, TypeError, ValueError) as error:
        raise SignOnRefused("not trusted", provider, detail="no token for the code") from error


def _client(request: HttpRequest, provider: SignOnProvider, token_endpoint: str) -> OAuth2Client:
    methods = configuration_of(provider).get("token_endpoint_auth_methods_supported")
    by_basic = bool(token_endpoint and provider.client_secret) and (
        "client_secret_post" not in (methods or ["client_secret_basic"])
    )
    names = (provider.client_id, provider.client_secret)
    return OAuth2Client(
        request,
        *(map(_encoded, names) if by_basic else names),
        "POST",
        token_endpoint,
        conf.public_url() + reverse("sign-on-return", kwargs={"provider_id": provider.id}),
        basic_auth=by_basic,
    )


def _encoded(text: str) -> str:
    """Return a client id or secret as RFC 6749 section 2.3.1 sends it."""
    return quote(text, safe="")


def _lacks(claims: Mapping[str, Any], provider: SignOnProvider) -> bool:
    """Return whether the ID token lacks what is asked at userinfo then."""
    top = provider.roles_claim.partition(".")[0]
    has_roles = not top or top in claims or provider.roles_claim in claims
    return not has_roles or "email" not in claims


def _completed(
    claims: dict[str, Any], provider: SignOnProvider, access_token: str
) -> dict[str, Any]:
    """Return ``claims`` with those of userinfo (OpenID Connect Core 5.3)."""
    endpoint = configuration_of(provider).get("userinfo_endpoint")
    if not endpoint:
        return claims
    more = read_json(provider, endpoint, headers={"Authorization": f"Bearer {access_token}"})
    if more.get("sub") != claims["sub"]:
        raise SignOnRefused("not trusted", provider, detail="sub of userinfo is another one")
    if "email" in more:  # the two belong together
        claims = {**claims, "email_verified": False}
    else:
        more.pop("email_verified", None)
    return {**claims, **{name: more[name] for name in more if name not in _ABOUT_PERSON}}
