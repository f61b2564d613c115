"""The credentials of clients: secrets, public keys and federated identities.

Public clients have none. Each kind of credential is one line of ``CREDENTIAL_ROWS``.
"""

from typing import Any, Final, NamedTuple, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients_app.models import ClientKey, ClientSecret, FederatedIdentity

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


def has_credential(claim: int | str) -> Exists | Q:
    """Return the condition that a client still has the credential of the claim ``cred``."""
    kind, _, number = str(claim).rpartition(":")
    rows = CREDENTIAL_ROWS.get(kind or UNNAMED)
    if rows is None or not number.isdecimal():
        return Q(pk__in=())
    return Exists(rows.filter(pk=int(number), client=OuterRef("pk")))
