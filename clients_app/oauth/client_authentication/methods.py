"""The methods of client authentication, in the order in which they are tried.

Source: RFC 6749 section 2.3; RFC 8414 section 2 (``token_endpoint_auth_methods_supported``).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from clients_app.oauth.client_authentication import client_secret
from clients_app.oauth.client_query import AuthenticatedClient
from clients_app.oauth.errors import invalid_client, invalid_request
from clients_app.oauth.plain_http import Request


class Method(Protocol):
    """Authenticates a client; returns None for a request that does not use this method."""

    def __call__(
        self, request: Request, params: Mapping[str, str], /, *, now: datetime
    ) -> AuthenticatedClient | None: ...


METHODS: Final[dict[str, Method]] = {
    "client_secret_basic": client_secret.basic,
    "client_secret_post": client_secret.post,
}


def authenticate(
    request: Request, params: Mapping[str, str], *, now: datetime
) -> AuthenticatedClient:
    """Return the client that sent the request, and the credential it used.

    Errors: OAuthError invalid_request for malformed or contradictory credentials, and the same
    invalid_client for all others; Busy.
    """
    has_header, has_secret = request.authorization is not None, bool(params.get("client_secret"))
    has_assertion = bool(params.get("client_assertion") or params.get("client_assertion_type"))
    if has_header + has_secret + has_assertion > 1:
        raise invalid_request("Authenticate the client in one way, not in two.")
    for method in METHODS.values():
        if (authenticated := method(request, params, now=now)) is not None:
            return authenticated
    raise invalid_client("no client authentication")
