"""What proves who a client is: a secret; a key or a federated identity when they come.

Public clients have none. A kind of credential is one line of ``PRESENT``.
"""

from typing import Any, Final, NamedTuple, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients_app.models import ClientSecret

_UNNAMED: Final = "secret"  # its claim is a bare number, as tokens have always had it

#: By kind, the rows that have not been removed. Each has a ``client``.
PRESENT: Final[dict[str, QuerySet[Any]]] = {
    _UNNAMED: ClientSecret.objects.filter(removed_at=None),
}


class Credential(NamedTuple):
    """The row ``id`` of the credentials of one ``kind``."""

    kind: str
    id: int

    @classmethod
    def of_secret(cls, secret_id: int) -> Self:
        """Return the secret ``secret_id`` as a credential."""
        return cls(_UNNAMED, secret_id)

    @property
    def claim(self) -> int | str:
        """The claim ``cred``: the bare number of a secret, kind and number of any other."""
        return self.id if self.kind == _UNNAMED else f"{self.kind}:{self.id}"

    @property
    def secret_id(self) -> int | None:
        """The id of the secret, None for another kind."""
        return self.id if self.kind == _UNNAMED else None


def has_credential(claim: int | str) -> Exists | Q:
    """Return the condition that a client still has the credential of the claim ``cred``."""
    kind, _, number = str(claim).rpartition(":")
    rows = PRESENT.get(kind or _UNNAMED)
    if rows is None or not number.isdecimal():
        return Q(pk__in=())
    return Exists(rows.filter(pk=int(number), client=OuterRef("pk")))
