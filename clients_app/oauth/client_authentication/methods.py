"""The methods of client authentication, by their names in the metadata.

Source: RFC 6749 section 2.3; RFC 8414 section 2 (``token_endpoint_auth_methods_supported``).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from clients_app.oauth.client_authentication import client_secret, private_key_jwt, public_client
from clients_app.oauth.client_query import AuthenticatedClient
from clients_app.oauth.errors import OAuthError, invalid_client, invalid_request
from clients_app.oauth.params import USUAL, read_params
from clients_app.oauth.plain_http import Request


class Method(NamedTuple):
    """A way to authenticate a client: whether a request uses it, and which client it proves."""

    is_used: Callable[[Request, Mapping[str, str]], bool]
    authenticate: Callable[[Request, Mapping[str, str], datetime], AuthenticatedClient]


METHODS: Final = {
    "client_secret_basic": Method(client_secret.has_header, client_secret.by_header),
    "client_secret_post": Method(client_secret.has_secret, client_secret.by_body),
    "private_key_jwt": Method(private_key_jwt.has_assertion, private_key_jwt.by_assertion),
    "none": Method(public_client.has_id, public_client.by_id),
}


def proving_methods() -> list[str]:
    """Return the methods by which a client proves who it is."""
    return [name for name in METHODS if name != "none"]


def named_method(request: Request) -> str:
    """Return by which method a request wants to authenticate, for the counts.

    ``none`` also for one that cannot be read.
    """
    if request.authorization is not None:
        return "client_secret_basic"  # what nearly all requests use
    try:
        params = read_params(request)
    except OAuthError:
        return "none"
    return next(iter(_used(request, params)), "none")


def authenticate(
    request: Request, params: Mapping[str, str], *, now: datetime
) -> AuthenticatedClient:
    """Return the client that sent the request, and the credential it used.

    Errors: OAuthError invalid_request for malformed or contradictory credentials, and the same
    invalid_client for all others; Busy.
    """
    if request.authorization is not None and params.keys() <= USUAL:
        return client_secret.by_header(request, params, now)  # what nearly all requests use
    used = _used(request, params)
    if len(used) > 1:
        raise invalid_request("Authenticate the client in one way, not in two.")
    if not used:
        raise invalid_client("no client authentication")
    return METHODS[used[0]].authenticate(request, params, now)


def _used(request: Request, params: Mapping[str, str]) -> list[str]:
    """Return the methods that a request uses; naming a client is one only if nothing proves it."""
    used = [name for name, method in METHODS.items() if method.is_used(request, params)]
    return used if used == ["none"] else [name for name in used if name != "none"]
