"""The grants of the token endpoint: each module in this folder is one.

Source: RFC 6749 section 1.3.


Which Client Types may use a grant is part of their record in ``rules/client_types``.
"""

import pkgutil
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Final, Protocol

from clients_app.oauth import grants
from clients_app.oauth.client_query import StoredClient
from clients_app.services.tokens.claims import Granted


class Grant(Protocol):
    """Decides who a token is about, its scope, and which claims to add."""

    GRANT_TYPE: str  # as requests name it

    def grant(
        self, client: StoredClient, params: Mapping[str, str], /, *, now: datetime
    ) -> Granted: ...


def _all_grants() -> dict[str, Grant]:
    names = {module.name for module in pkgutil.iter_modules(grants.__path__)} - {"grant_types"}
    found = [import_module(f"{grants.__name__}.{name}") for name in sorted(names)]
    return {grant.GRANT_TYPE: grant for grant in found}


GRANT_TYPES: Final = _all_grants()
