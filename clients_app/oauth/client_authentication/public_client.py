"""Lets a client without secrets name itself: only its code or refresh token proves anything.

Source: RFC 6749 sections 2.1 and 3.2.1; RFC 8414 section 2 (``none``); TOK-A4.
"""

from collections.abc import Mapping
from datetime import datetime

from clients_app.oauth.client_query import AuthenticatedClient, read_client
from clients_app.oauth.errors import invalid_client
from clients_app.oauth.plain_http import Request
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.client_types import CLIENT_TYPES


def has_id(request: Request, params: Mapping[str, str]) -> bool:
    """Return whether the body has a client id."""
    return bool(params.get("client_id"))


def by_id(request: Request, params: Mapping[str, str], now: datetime) -> AuthenticatedClient:
    """Return the client that the body names, unless clients of its type have secrets.

    Errors: OAuthError invalid_client.
    """
    client_id = parse_client_id(params["client_id"])
    if client_id is not None:
        client = read_client(client_id, now=now)
        if client.is_active and not CLIENT_TYPES[client.client_type].has_secrets:
            return AuthenticatedClient(client, None)
    raise invalid_client("no client authentication")
