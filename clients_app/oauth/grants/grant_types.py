"""The grants that the token endpoint offers. Source: RFC 6749 section 1.3.

The record of a Client Type in ``rules/client_types`` has the grants it may use.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.grants.client_credentials import client_credentials
from clients_app.services.tokens.claims import GrantResult


class Grant(Protocol):
    """Decides who a token is about, its scope, and which claims to add."""

    def __call__(
        self, client: StoredClient, params: Mapping[str, str], /, *, now: datetime
    ) -> GrantResult: ...


#: By the grant_type of a request
GRANT_TYPES: Final[dict[str, Grant]] = {"client_credentials": client_credentials}
