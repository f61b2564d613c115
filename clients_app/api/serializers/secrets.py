"""The models of secrets that a body may hold."""

from datetime import datetime
from typing import Any, Final

from clients_app.api.errors import Refusal
from clients_app.api.serializers.fields import Flag, Json, Model, Moment, Text

PROPERTIES: Final = {
    "secret.description": "Description",
    "secret.expiration": "Expiration",
    "old_ends_at": "OldSecretEnds",
    "public_key": "PublicKey",
}


class NewSecretModel(Model):
    """A new secret."""

    fixed = ("Id", "Created")

    Description = Text()
    Expiration = Moment()
    Expires = Flag()


class SecretModel(NewSecretModel):
    """A secret, without its value."""

    moving = {"LastUsed": Moment()}


class RotateModel(Model):
    """How a secret is replaced: by default, the new one has the same description and life, and the
    old one ends after 24 hours."""

    Description = Text()
    Expiration = Moment()
    Expires = Flag()
    OldSecretEnds = Moment()
    PublicKey = Json("Send a JWK.")


def expiration_in(values: dict[str, Any], *, now: datetime | None = None) -> datetime | None:
    """Return when the secret is to expire, None for never; ``now`` is when it does so far.

    Errors: 400 for Expires true without a date, and for false with one.
    """
    expiration, expires = values.get("Expiration"), values.get("Expires")
    if expires is None:
        return expiration or now
    if expires and expiration is None:
        raise Refusal(400, "Send an Expiration with Expires true.", prop="Expiration")
    if not expires and expiration is not None:
        raise Refusal(400, "Send no Expiration with Expires false.", prop="Expiration")
    return expiration
