"""The client credentials grant: a client gets a token for itself. Source: RFC 6749 section 4.4."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from clients_app import conf
from clients_app.errors import RuleBroken
from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.errors import OAuthError
from clients_app.rules.scopes import granted_scopes
from clients_app.services.tokens.claims import GrantResult

GRANT_TYPE: Final = "client_credentials"


def grant(client: StoredClient, params: Mapping[str, str], *, now: datetime) -> GrantResult:
    """Return the client as the subject, with the scopes it requests, or raise invalid_scope."""
    try:
        scope = granted_scopes(params.get("scope"), conf.api_scopes())
    except RuleBroken as error:
        raise OAuthError("invalid_scope", "Ask for scopes that this server offers.") from error
    return GrantResult(client.as_subject, scope)
