"""The refresh token grant: a client goes on acting for a person.

Source: RFC 6749 section 6; OpenID Connect Core section 12; AUT-9.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.person_grants import redemption, result_of
from clients_app.services.authorizations.refresh import rotate
from clients_app.services.tokens.claims import GrantResult

GRANT_TYPE: Final = "refresh_token"


def grant(
    client: StoredClient, params: Mapping[str, str], *, address: str, now: datetime
) -> GrantResult:
    """Return the person of the refresh token as the subject; scope and resource may narrow.

    Errors: OAuthError invalid_request, invalid_grant, invalid_scope, invalid_target.
    """
    scope = params.get("scope", "")
    asked = redemption(client, params, "refresh_token", address=address, scope=scope)
    redeem = partial(rotate, asked, now=now)
    return result_of(redeem, client=client, now=now, with_nonce=False)
