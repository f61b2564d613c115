"""The client credentials grant: a machine gets a token for itself. Source: RFC 6749 section 4.4."""

from collections.abc import Mapping
from datetime import datetime

from clients_app import conf
from clients_app.errors import RuleBroken
from clients_app.oauth.client_auth import Authenticated
from clients_app.oauth.errors import OAuthError, unavailable
from clients_app.rules.scopes import granted_scopes
from clients_app.services.tokens.access_tokens import IssuedToken, issue_access_token


def issue(who: Authenticated, params: Mapping[str, str], *, now: datetime) -> IssuedToken:
    """Return an access token of the client for the scopes it asks for.

    Errors: OAuthError invalid_scope; temporarily_unavailable without an active signing key.
    """
    try:
        scope = granted_scopes(params.get("scope"), conf.api_scopes())
    except RuleBroken as error:
        raise OAuthError("invalid_scope", "Ask for scopes that this server offers.") from error
    if who.client.active_kid is None:
        raise unavailable("there is no active signing key", retry_after_s=5)
    return issue_access_token(
        who.client.token_client,
        kid=who.client.active_kid,
        scope=scope,
        secret_id=who.secret_id,
        now=now,
    )
