"""The models of secrets that a body may hold."""

from datetime import datetime
from typing import Any, Final

from clients_app.api.errors import Refusal
from clients_app.api.serializers.fields import Flag, Model, Moment, Text

PROPERTIES: Final = {
    "secret.description": "Description",
    "secret.expiration": "Expiration",
    "old_ends_at": "OldSecretEnds",
    "public_key": "PublicKey",
    "remove": "remove",
}


class NewSecretModel(Model):
    """A new secret."""

    fixed = ("Id", "Created")

    Description = Text()
    Expiration = Moment()
    Expires = Flag()


class SecretModel(NewSecretModel):
    """A secret, without its value."""

    moving = ("LastUsed",)


def expiration_in(values: dict[str, Any], *, now: datetime | None = None) -> datetime | None:
    """Return when the secret is to expire, None for never; ``now`` is when it does so far.

    Errors: 400 for Expires true without a date, and for false with one.
    """
    expiration, expires = values.get("Expiration"), values.get("Expires")
    if expires is False and expiration is not None:
        raise Refusal(400, "Send no Expiration with Expires false.", prop="Expiration")
    if expires is False or (expires is None and expiration is None):
        return None if expires is False else now
    if expiration is None and now is None:
        raise Refusal(400, "Send an Expiration with Expires true.", prop="Expiration")
    return expiration or now
