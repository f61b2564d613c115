"""The models of public keys, federated identities and tokens to test that a body may hold."""

import json
from typing import Any, Final

from clients_app.api.errors import Refusal
from clients_app.api.serializers.fields import Flag, Json, Model, Moment, Text, Texts
from clients_app.rules.federation.presets import PRESETS
from clients_app.services.credentials.identity_drafts import GivenIdentity
from clients_app.services.credentials.public_keys import public_jwks_of

KEY_PROPERTIES: Final = {
    "secret.description": "Description",
    "secret.expiration": "Expiration",
    "key": "Key",
    "jwks_url": "JwksUrl",
    "old_ends_at": "OldKeyEnds",
}
IDENTITY_PROPERTIES: Final = {
    "secret.description": "Description",
    "secret.expiration": "Expiration",
    "identity.platform": "Platform",
    "identity.fields": "Fields",
    "identity.issuer": "Issuer",
    "identity.audience": "Audience",
    "identity.subject_rule": "Subject",
    "identity.claim_rules": "Claims",
    "identity.jwks": "Jwks",
    **{
        f"identity.fields.{field.name}": f"Fields.{field.name}"
        for preset in PRESETS.values()
        for field in preset.fields
    },
}


class _CredentialModel(Model):
    Description = Text()
    Expiration = Moment()
    Expires = Flag()


class NewKeyModel(_CredentialModel):
    """A new public key: ``Key``, a JWK or PEM, or the address of the client's keys."""

    fixed = ("Id", "Created", "Jwk", "Thumbprint")

    Key = Json("Send a JWK, or PEM of a public key or certificate.")
    JwksUrl = Text()


class KeyModel(_CredentialModel):
    """A public key, which stays the same key."""

    fixed = ("Id", "Created", "Jwk", "Thumbprint", "JwksUrl")
    moving = {"LastUsed": Moment(), "LastFetched": Moment(), "FetchFailure": Text()}


class RotateKeyModel(NewKeyModel):
    """How a key is replaced: by default, the new one has the same description and life, and the
    old one ends after 24 hours."""

    OldKeyEnds = Moment()


class IdentityModel(_CredentialModel):
    """A federated identity: the fields of a platform's form, or the rules themselves."""

    fixed = ("Id", "Created", "Grade", "GradeReason")  # the grade follows from the rules
    moving = {"LastUsed": Moment()}

    Platform = Text()
    Fields = Texts()
    Issuer = Text()
    Audience = Text()
    Subject = Text()
    Claims = Texts()
    Jwks = Json("Send a JWKS.")


class TokenModel(Model):
    """A token to test."""

    Token = Text(required=True, allow_null=False)


def pasted(value: Any) -> str:
    """Return a key or key set as a person pastes it; an object without members is nothing."""
    if isinstance(value, str):
        return value
    return json.dumps(value) if value else ""


def one_key_in(values: dict[str, Any]) -> str:
    """Return the key of a body as pasted, "" if it has an address instead.

    Errors: RuleBroken (key); 400 for several keys, because an address of the API is about one.
    """
    if "Key" not in values and "JwksUrl" in values:
        return ""
    text = pasted(values.get("Key", ""))
    if len(public_jwks_of(text)) > 1:
        raise Refusal(400, "Send one key at a time.", prop="Key")
    return text


def identity_in(values: dict[str, Any]) -> GivenIdentity:
    """Return what a body says about a federated identity."""
    jwks = pasted(values["Jwks"]) if "Jwks" in values else None
    return GivenIdentity.read(lambda name: values.get(name.capitalize()), jwks)
