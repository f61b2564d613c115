"""What is sent: a message, the credentials it lists, and why it was not sent."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from clients_app import conf
from clients_app.limits import ANSWER_MAX
from clients_app.models import Client, ClientKey, ClientSecret, Delivery
from clients_app.selectors.credentials.uses import COLUMNS, Used, used_of
from clients_app.selectors.notices.expirations import successor_of


class AboutClient(Protocol):
    """Something that a message tells about a client."""

    @property
    def client(self) -> Client: ...


class Expiring(NamedTuple):
    """A secret, key or identity that expires, and the stage of its notice."""

    credential: Any
    ends_at: datetime
    stage: int  # one of rules.notices.STAGES

    @property
    def client(self) -> Client:
        client: Client = self.credential.client
        return client


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
    """Return what a message says about a credential: not its text, nothing that helps guess it.

    The name of its id says of which kind it is: a column of ``selectors.credentials.uses``.
    """
    credential, successor = expiring.credential, successor_of(expiring.credential)
    return {
        "client_id": str(credential.client_id),
        "client": credential.client.name,
        **named(credential),
        "expires_at": expiring.ends_at.astimezone(UTC).isoformat(),
        "replaced_by": successor and named(successor),
    }


def named(credential: Any) -> dict[str, Any]:
    """Return the members by which programs and people know a credential."""
    first = {used_of(credential).column: credential.pk, "description": credential.description}
    if isinstance(credential, ClientSecret):
        return {**first, "ends_in": credential.last_four}
    if isinstance(credential, ClientKey):
        return {**first, "thumbprint": credential.thumbprint, "jwks_url": credential.jwks_url}
    return {**first, "issuer": credential.issuer, "subject_rule": credential.subject_rule}


def used_in_message(one: Mapping[str, Any]) -> Used:
    """Return which credential a message describes by ``one``."""
    return next(Used(column, one[column]) for column in COLUMNS.values() if column in one)


def name_in_message(one: Mapping[str, Any]) -> str:
    """Return the name of such a credential, as people know it."""
    if "secret_id" in one:
        return f"{one['description']} …{one['ends_in']}".strip()
    if "key_id" in one:
        shown = one["description"] or one["jwks_url"] or one["thumbprint"][:8]
        return gettext("public key %(name)s") % {"name": shown}
    shown = one["description"] or one["subject_rule"]
    return gettext("federated identity %(name)s") % {"name": shown}


def credentials_in(delivery: Delivery) -> list[dict[str, Any]]:
    """Return the credentials of a message, each with the ``url`` of those of its client."""
    return [{**one, "url": secrets_url(UUID(one["client_id"]))} for one in delivery.secrets]


def alerts_in(delivery: Delivery) -> list[dict[str, Any]]:
    """Return the alerts of a message, each with the ``url`` of its client, for all who get it."""
    return [{**one, "url": _url("client-details", one["client_id"])} for one in delivery.alerts]


def secrets_url(client_id: UUID) -> str:
    """Return the absolute address of the secrets of a client."""
    return _url("client-secrets", client_id)


def _url(name: str, client_id: UUID | str) -> str:
    return conf.public_url() + reverse(name, kwargs={"client_id": client_id})
