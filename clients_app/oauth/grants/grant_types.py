"""The grants that the token endpoint offers: each other module of this folder is one.

A module has ``GRANT_TYPE``, as requests name it, and the function ``grant``. The record of a
Client Type in ``rules/client_types`` has the grants it may use. Source: RFC 6749 section 1.3.
"""

import pkgutil
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Final, Protocol

from clients_app.oauth import grants
from clients_app.oauth.client_query import StoredClient
from clients_app.services.tokens.claims import GrantResult


class Grant(Protocol):
    """Decides who a token is about, its scope, and which claims to add."""

    def __call__(
        self, client: StoredClient, params: Mapping[str, str], /, *, address: str, now: datetime
    ) -> GrantResult: ...


_modules = [
    import_module(f"{grants.__name__}.{module.name}")
    for module in pkgutil.iter_modules(grants.__path__)
    if module.name != "grant_types"
]
GRANT_TYPES: Final[dict[str, Grant]] = {module.GRANT_TYPE: module.grant for module in _modules}
