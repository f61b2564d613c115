"""The first credential of a new client, as the body says: a secret, a public key or an identity."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from clients_app.api.errors import Refusal
from clients_app.api.serializers.credentials import (
    IDENTITY_PROPERTIES,
    KEY_PROPERTIES,
    identity_in,
    one_key_in,
)
from clients_app.api.serializers.secrets import expiration_in
from clients_app.errors import RuleBroken
from clients_app.http.credential_json import identity_json, key_json
from clients_app.models import Client
from clients_app.services.clients.first_credential import FirstDraft
from clients_app.services.credentials.identity_drafts import identity_draft
from clients_app.services.credentials.keys import KeyDraft
from clients_app.services.secrets.changes import SecretDraft

_SECRET: Final = ("SecretDescription", "SecretExpirationDate")
#: by property: the begin of the path, and the paths in a draft
_OTHERS: Final = {
    "PublicKey": ("public_key", KEY_PROPERTIES),
    "FederatedIdentity": ("federated_identity", IDENTITY_PROPERTIES),
}


def first_in(values: dict[str, Any]) -> FirstDraft:
    """Return the first credential that a body describes.

    Errors: 400 for several; RuleBroken.
    """
    named = [name for name in _OTHERS if name in values]
    if len(named) > 1 or (named and any(name in values for name in _SECRET)):
        sentence = "Send a secret's description and end, a PublicKey, or a FederatedIdentity."
        raise Refusal(400, sentence, prop=named[-1])
    if not named:
        description, end = (values.get(name) for name in _SECRET)
        return SecretDraft(description=description or "", expires_at=end)
    inner = values[named[0]]
    with within(values):
        expires_at, description = expiration_in(inner), inner.get("Description", "")
        if named == ["PublicKey"]:
            return KeyDraft(
                pasted=one_key_in(inner),
                jwks_url=inner.get("JwksUrl", ""),
                description=description,
                expires_at=expires_at,
            )
        return identity_draft(identity_in(inner), description=description, expires_at=expires_at)


@contextmanager
def within(values: dict[str, Any]) -> Iterator[None]:
    """Name in what the block refuses the property of the body that holds the credential."""
    name = next((name for name in _OTHERS if name in values), "")
    try:
        yield
    except RuleBroken as error:
        begin, paths = _OTHERS.get(name, ("", {}))
        if error.field not in paths:
            raise
        field = f"{begin}.{error.field}"
        raise RuleBroken(error.sentence, field=field, **error.values) from error
    except Refusal as error:
        prop = f"{name}.{error.prop}"
        raise Refusal(error.status_code, error.reason, prop=prop) from error


def first_json(client: Client) -> dict[str, Any]:
    """Return the key or the identity with which a new client came; nothing for a secret."""
    key, identity = client.keys.first(), client.identities.first()
    if key is not None:
        return {"PublicKey": key_json(key)}
    return {"FederatedIdentity": identity_json(identity)} if identity is not None else {}
