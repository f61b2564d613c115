"""The models of secrets that a body may hold."""

from datetime import datetime
from typing import Any, Final

from rest_framework import serializers

from clients_app.api.errors import Refusal
from clients_app.api.serializers.fields import Flag, Model, Moment, Text

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


class Jwk(serializers.JSONField):
    """A public key as a JWK: an object, or its JSON."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, (dict, str)):
            raise serializers.ValidationError("Send a JWK.")
        return data


class RotateModel(Model):
    """How a secret is replaced: by default, the new one has the same description and life, and the
    old one ends after 24 hours."""

    Description = Text()
    Expiration = Moment()
    Expires = Flag()
    OldSecretEnds = Moment()
    PublicKey = Jwk()


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
