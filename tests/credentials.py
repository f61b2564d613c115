"""Rows of public keys and federated identities, inserted directly."""

from datetime import datetime, timedelta
from typing import Any

from clients_app.models import Client, ClientKey, FederatedIdentity
from tests.moments import IN_A_YEAR, NOW

_MADE = {"created_at": NOW - timedelta(days=30), "created_by": "x"}

_JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "of-no-use",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}


def insert_keys(
    client: Client, count: int, *, expires_at: datetime | None = IN_A_YEAR, **more: Any
) -> list[ClientKey]:
    """Insert keys that verify nothing."""
    return ClientKey.objects.bulk_create(
        ClientKey(
            client=client,
            expires_at=expires_at,
            **{"jwk": _JWK, "thumbprint": f"of-no-use-{number}", **_MADE, **more},
        )
        for number in range(count)
    )


def insert_identities(
    client: Client, count: int, *, expires_at: datetime | None = IN_A_YEAR, **more: Any
) -> list[FederatedIdentity]:
    """Insert identities of an issuer that does not exist."""
    row = {
        "preset": "other",
        "issuer": "https://issuer.example",
        "audience": "https://portal.example/identity",
        "subject_rule": "job:build",
    }
    return FederatedIdentity.objects.bulk_create(
        FederatedIdentity(client=client, expires_at=expires_at, **{**row, **_MADE, **more})
        for _ in range(count)
    )
