"""The client credentials grant: a client gets a token for itself. Source: RFC 6749 section 4.4."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.targets import requested_target
from clients_app.services.tokens.claims import GrantResult

GRANT_TYPE: Final = "client_credentials"


def grant(
    client: StoredClient, params: Mapping[str, str], *, address: str, now: datetime
) -> GrantResult:
    """Return the client as the subject, with the API and scopes it requests.

    Errors: OAuthError invalid_target, invalid_scope.
    """
    return GrantResult(client.as_subject, requested_target(client, params))
