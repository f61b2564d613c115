"""The credentials that a client uses to request tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from clients_app.models import ClientKey, ClientSecret, FederatedIdentity, TokenUsage
from clients_app.selectors.periods import DAY

#: the columns of TokenUsage that name a credential
COLUMNS: Final[dict[type[Any], str]] = {
    ClientSecret: "secret_id",
    ClientKey: "key_id",
    FederatedIdentity: "identity_id",
}


class Used(NamedTuple):
    """A credential: the column that names it, and its id."""

    column: str
    id: int


class Use(NamedTuple):
    """How one credential was used in the last 24 hours; each hour has only its last address."""

    credential: Any
    tokens: int
    addresses: list[str]  # latest first

    @property
    def used(self) -> Used:
        return used_of(self.credential)


def used_of(credential: Any) -> Used:
    """Return the name of a secret, a public key or a federated identity."""
    return Used(COLUMNS[type(credential)], credential.pk)


def used_in(row: Any) -> Used | None:
    """Return the credential that a row is about; None where it is about none.

    The row is of TokenUsage, or of another table whose columns have these names.
    """
    ids = ((column, getattr(row, column, None)) for column in COLUMNS.values())
    return next((Used(column, pk) for column, pk in ids if pk is not None), None)


def uses_of(credentials: Sequence[Any], *, now: datetime) -> list[Use]:
    """Return the uses of these credentials of one client, in their order.

    Each has ``last_used_address``.
    """
    if not credentials:
        return []
    client_id = credentials[0].client_id
    usage = TokenUsage.objects.filter(client=client_id, hour__gte=now - DAY).order_by("-last_at")
    rows = list(usage)
    return [_use(one, [row for row in rows if used_in(row) == used_of(one)]) for one in credentials]


def _use(credential: Any, rows: list[TokenUsage]) -> Use:
    addresses = dict.fromkeys(row.last_address for row in rows if row.last_address)
    if not addresses and credential.last_used_address:
        addresses = {credential.last_used_address: None}
    return Use(credential, sum(row.tokens for row in rows), list(addresses))
