"""The userinfo endpoint: who the person of an access token is.

Source: OpenID Connect Core section 5.3; RFC 6750 sections 2.1 and 3.
"""

from functools import partial
from http import HTTPStatus
from typing import Final

import jwt
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf
from clients_app.oauth import cors, responses
from clients_app.oauth.authenticated_endpoint import respond
from clients_app.oauth.errors import OAuthError, invalid_request
from clients_app.oauth.plain_http import Request, Response, request_from
from clients_app.rules.client_ids import parse_client_id
from clients_app.selectors.authorizations.allowed import person_who_authorized
from clients_app.services.tokens.id_tokens import claims_about
from clients_app.services.tokens.validity import ActiveToken, active_token

METHODS: Final = "GET, HEAD, POST"
_OPENID: Final = "openid"


def _steps(request: Request) -> Response:
    if request.method not in METHODS.split(", "):
        raise invalid_request("Use GET or POST.", status=HTTPStatus.METHOD_NOT_ALLOWED)
    if not request.is_secure and conf.public_url().startswith("https:"):
        raise invalid_request("Use https.", cause=request.fault)
    active = _token_of(request)
    scopes = active.token.get("scope", "").split()
    if _OPENID not in scopes:
        raise _refused(
            "insufficient_scope",
            "The access token lacks the scope openid.",
            status=HTTPStatus.FORBIDDEN,
            more=f', scope="{_OPENID}"',
        )
    person = person_who_authorized(active.token.get("authorization_id"))
    if person is None:
        raise _refused("invalid_token", "The access token is about no person.")
    members = {"sub": str(person.pk), **claims_about(person, scopes)}
    return responses.json_response(members)


def _token_of(request: Request) -> ActiveToken:
    """Return the access token in the Authorization header, if it is for this endpoint."""
    plain = _bearer(request)
    if not plain:
        raise _refused("", "Send an access token in the Authorization header.")
    active = active_token(plain)
    if active is None or active.token["aud"] not in {conf.public_url(), conf.token_audience()}:
        raise _refused("invalid_token", "The access token is not valid here.")
    return active


def _refused(
    error: str, description: str, *, status: int = HTTPStatus.UNAUTHORIZED, more: str = ""
) -> OAuthError:
    """Return the error with its challenge, which names no error if no token was sent."""
    challenge = f'Bearer realm="{responses.REALM}"'
    if error:
        challenge += f', error="{error}", error_description="{description}"{more}'
    return OAuthError(error or "invalid_token", description, status, challenge=challenge)


_respond = partial(respond, steps=_steps, endpoint="Userinfo", methods=METHODS)


@csrf_exempt
def userinfo(http_request: HttpRequest) -> HttpResponse:
    """Return the claims about the person, also to scripts of the client's own sites."""
    request = request_from(http_request.META)
    response = _respond(request)
    if origin := http_request.headers.get("Origin", ""):
        response = cors.shared(
            response, origin=origin, client_id=_client_id_of(request), methods=METHODS
        )
    return responses.MachineResponse(response)


def _client_id_of(request: Request) -> str:
    """Return the client that the access token names; nothing proves it, it may have expired."""
    try:
        claims = jwt.decode(_bearer(request), options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
        return ""
    return str(parse_client_id(str(claims.get("client_id"))) or "")


def _bearer(request: Request) -> str:
    """Return the token in the Authorization header; empty for none, or another scheme."""
    scheme, _, plain = (request.authorization or "").partition(" ")
    return plain.strip(" ") if scheme.lower() == "bearer" else ""
