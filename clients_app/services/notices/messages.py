"""What is sent: a message, the secrets it lists, and why it was not sent."""

from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.urls import reverse

from clients_app import conf
from clients_app.limits import ANSWER_MAX
from clients_app.models import Client, ClientSecret, Delivery
from clients_app.selectors.notices.expirations import successor_of


class AboutClient(Protocol):
    """Something that a message tells about a client."""

    @property
    def client(self) -> Client: ...


class Expiring(NamedTuple):
    """A secret that expires, and the stage of its notice."""

    secret: ClientSecret
    ends_at: datetime
    stage: int  # one of rules.notices.STAGES

    @property
    def client(self) -> Client:
        return self.secret.client


class Message(NamedTuple):
    """One message to one recipient; ``zone`` is the reader's, empty for the installation's."""

    recipient: str
    about: list[Any]  # of what the channel was given: what concerns the recipient
    zone: str = ""


class NotSent(Exception):
    """The message was not accepted. The text is the receiver's answer or the error, in the
    characters and the length that the column takes."""

    def __init__(self, answer: str, *, is_final: bool = False) -> None:
        super().__init__(" ".join(answer.replace("\0", " ").split())[:ANSWER_MAX])
        self.is_final = is_final  # another try would change nothing


def as_json(expiring: Expiring) -> dict[str, Any]:
    """Return what a message contains about a secret: not its text, nothing that helps guess it."""
    secret, successor = expiring.secret, successor_of(expiring.secret)
    return {
        "client_id": str(secret.client_id),
        "client": secret.client.name,
        "secret_id": secret.pk,
        "description": secret.description,
        "ends_in": secret.last_four,
        "expires_at": expiring.ends_at.astimezone(UTC).isoformat(),
        "replaced_by": successor
        and {
            "secret_id": successor.pk,
            "description": successor.description,
            "ends_in": successor.last_four,
        },
    }


def secrets_in(delivery: Delivery) -> list[dict[str, Any]]:
    """Return the secrets of a message, each with the ``url`` of its client's secrets."""
    return [{**one, "url": secrets_url(UUID(one["client_id"]))} for one in delivery.secrets]


def alerts_in(delivery: Delivery) -> list[dict[str, Any]]:
    """Return the alerts of a message, each with the ``url`` of its client, for all who get it."""
    return [{**one, "url": _url("client-details", one["client_id"])} for one in delivery.alerts]


def secrets_url(client_id: UUID) -> str:
    """Return the absolute address of the secrets of a client."""
    return _url("client-secrets", client_id)


def _url(name: str, client_id: UUID | str) -> str:
    return conf.public_url() + reverse(name, kwargs={"client_id": client_id})
