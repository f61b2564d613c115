"""The grants of the token endpoint, by ``grant_type``. Source: RFC 6749 section 1.3."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.grants import client_credentials
from clients_app.services.tokens.claims import Granted


class Grant(Protocol):
    """Decides who a token is about, its scope, and which claims to add."""

    CLIENT_TYPES: frozenset[str]  # those that may use it

    def grant(
        self, client: StoredClient, params: Mapping[str, str], /, *, now: datetime
    ) -> Granted: ...


GRANT_TYPES: Final[dict[str, Grant]] = {
    "client_credentials": client_credentials,
}
