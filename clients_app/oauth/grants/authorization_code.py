"""The authorization code grant: a client gets a token for a person who signed in.

Source: RFC 6749 section 4.1.3; RFC 7636 section 4.5; AUT-2, AUT-3.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.params import required
from clients_app.oauth.person_grants import redemption, result_of
from clients_app.services.authorizations.codes import redeem_code
from clients_app.services.tokens.claims import GrantResult

GRANT_TYPE: Final = "authorization_code"


def grant(
    client: StoredClient, params: Mapping[str, str], *, address: str, now: datetime
) -> GrantResult:
    """Return the person of the code as the subject, with the API and scopes that they granted.

    A ``scope`` in the request means nothing: the code has one.
    Errors: OAuthError invalid_request, invalid_grant, invalid_target.
    """
    asked = redemption(client, params, "code", address=address)
    redeem = partial(
        redeem_code,
        asked,
        redirect_uri=required(params, "redirect_uri"),
        verifier=params.get("code_verifier", ""),
        now=now,
    )
    return result_of(redeem, client=client, now=now, with_nonce=True)
