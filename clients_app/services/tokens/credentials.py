"""The credentials of clients: secrets, public keys and federated identities.

Public clients have none. Each kind of credential is one line of ``CREDENTIAL_ROWS``.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

from django.db.models import Exists, OuterRef, QuerySet

from clients_app.models import ClientKey, ClientSecret, FederatedIdentity
from clients_app.models.prepared import Argument

UNNAMED: Final = "secret"  # in tokens, its id alone stands for it
KEY: Final = "key"
IDENTITY: Final = "identity"

#: By kind, the rows that are not removed. Each has a ``client``.
CREDENTIAL_ROWS: Final[dict[str, QuerySet[Any]]] = {
    UNNAMED: ClientSecret.objects.filter(removed_at=None),
    KEY: ClientKey.objects.filter(removed_at=None),
    IDENTITY: FederatedIdentity.objects.filter(removed_at=None),
}


class Credential(NamedTuple):
    """The credential of a ``kind`` with the row ``id``."""

    kind: str
    id: int

    @classmethod
    @lru_cache(maxsize=2048)  # each token request needs it
    def of_secret(cls, secret_id: int) -> Self:
        """Return the secret ``secret_id`` as a credential."""
        return cls(UNNAMED, secret_id)

    @property
    def claim(self) -> int | str:
        """The claim ``cred``: the id of a secret, or the kind and id of another credential."""
        return self.id if self.kind == UNNAMED else f"{self.kind}:{self.id}"

    @property
    def secret_id(self) -> int | None:
        """The id of the secret; None for another kind."""
        return self.id if self.kind == UNNAMED else None


def kind_of(claim: int | str) -> str | None:
    """Return the kind of the credential in the claim ``cred``; None for one that is unknown."""
    kind, _, number = str(claim).rpartition(":")
    known = (kind or UNNAMED) in CREDENTIAL_ROWS and number.isdecimal()
    return (kind or UNNAMED) if known else None


def row_id_of(claim: int | str) -> int:
    """Return the id of the row in a claim whose kind is known."""
    return int(str(claim).rpartition(":")[2])


def has_credential(kind: str, row_id: int | Argument) -> Exists:
    """Return the condition that a client still has a credential."""
    return Exists(CREDENTIAL_ROWS[kind].filter(pk=row_id, client=OuterRef("pk")))
