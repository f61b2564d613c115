"""What a message says about a secret that expires: never its text, nothing that helps guess it."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse

from clients_app import conf
from clients_app.models import ClientSecret


class Item(NamedTuple):
    """One secret in a message."""

    client_id: str
    client: str
    secret_id: int
    description: str
    ends_in: str  # its last four characters
    expires_at: datetime  # aware UTC
    days: int  # the stage: 30, 14, 7, 1, or 0 on the day

    @property
    def url(self) -> str:
        """Return the address of the client's secrets."""
        return secrets_url(UUID(self.client_id))


def secrets_url(client_id: UUID) -> str:
    """Return the absolute address of the secrets of a client."""
    return conf.public_url() + reverse("client-secrets", kwargs={"client_id": client_id})


def stored(secret: ClientSecret, *, days: int) -> dict[str, Any]:
    """Return the item of ``secret`` as JSON."""
    assert secret.expires_at is not None  # noqa: S101  narrows the type; a notice is about an end
    return {
        "client_id": str(secret.client_id),
        "client": secret.client.name,
        "secret_id": secret.pk,
        "description": secret.description,
        "ends_in": secret.last_four,
        "expires_at": secret.expires_at.astimezone(UTC).isoformat(),
        "days": days,
    }


def read(stored_items: list[dict[str, Any]]) -> list[Item]:
    """Return the items that ``stored`` made, those that end first before the others."""
    items = [
        Item(**{**one, "expires_at": datetime.fromisoformat(one["expires_at"])})
        for one in stored_items
    ]
    return sorted(items, key=lambda item: (item.expires_at, item.secret_id))
