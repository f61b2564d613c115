"""The query of keys and identities reads what Django's models read, and only when it is asked."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.models import Client, ClientKey, FederatedIdentity, FetchedKeySet
from clients_app.oauth import credential_query
from clients_app.oauth.client_query import read_client
from clients_app.oauth.credential_query import read_credentials
from tests.credentials import insert_identities, insert_keys
from tests.moments import IN_A_YEAR, NOW
from tests.oauth.assertions import key_of, register
from tests.oauth.wsgi import basic, environ, form, through_the_short_entrance

URL = "https://keys.example/jwks.json"
SET = {"keys": [{"kty": "EC"}]}


def test_query_reads_what_models_read(good: SimpleNamespace, clients: Any, now: datetime):
    [single] = insert_keys(good.row, 1, expires_at=IN_A_YEAR)
    [by_url] = insert_keys(
        good.row, 1, expires_at=None, jwk=None, thumbprint="", jwks_url=URL, description="set"
    )
    insert_keys(good.row, 1, removed_at=NOW)
    insert_keys(clients.hybrid.row, 1)
    [pasted] = insert_identities(good.row, 1, jwks=SET, claim_rules={"ref": "main"})
    [discovered] = insert_identities(good.row, 1, expires_at=None, issuer="https://i.example")
    insert_identities(good.row, 1, removed_at=NOW)
    fetched = {"jwks": SET, "fetched_at": NOW, "due_at": NOW}
    FetchedKeySet.objects.create(url=URL, is_issuer=False, **fetched)
    FetchedKeySet.objects.create(url=URL, is_issuer=True, jwks={}, due_at=NOW)
    FetchedKeySet.objects.create(url="https://i.example", is_issuer=True, **fetched)
    Client.objects.filter(pk=good.id).update(demands_assertion_type=True)

    read = read_credentials(good.row.pk, now=now)

    assert (read.demands_type, read.accepts_token_endpoint) == (True, False)
    assert [as_row(key) for key in sorted(read.keys)] == [
        (single.pk, IN_A_YEAR, single.jwk, "", None, None),
        (by_url.pk, None, None, URL, SET, NOW),
    ]
    rules = ("https://portal.example/identity", "job:build")
    assert [as_row(identity) for identity in sorted(read.identities)] == [
        (pasted.pk, IN_A_YEAR, SET, pasted.issuer, None, None, *rules, {"ref": "main"}),
        (discovered.pk, None, None, "https://i.example", SET, NOW, *rules, {}),
    ]


def as_row(stored: Any) -> tuple[Any, ...]:
    """Return what was read, with its JSON as objects."""
    return tuple(
        json.loads(value) if isinstance(value, str) and value.startswith("{") else value
        for value in stored
    )


def test_client_without_keys_has_none(good: SimpleNamespace, now: datetime):
    read = read_credentials(good.row.pk, now=now)

    assert (read.keys, read.identities, read.demands_type) == ((), (), False)


def test_change_of_a_key_is_read_at_once(good: SimpleNamespace, now: datetime):
    for _ in range(2):
        assert not read_credentials(good.row.pk, now=now).keys
    insert_keys(good.row, 1)
    assert read_credentials(good.row.pk, now=now).keys
    ClientKey.objects.update(removed_at=datetime.now(UTC))
    assert not read_credentials(good.row.pk, now=now).keys
    insert_identities(good.row, 1)
    assert read_credentials(good.row.pk, now=now).identities
    FederatedIdentity.objects.update(removed_at=datetime.now(UTC))
    assert not read_credentials(good.row.pk, now=now).identities


def test_request_with_a_secret_reads_no_keys(
    good: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, now: datetime
):
    register(good.row, key_of("EC"))
    asked: list[Any] = []
    monkeypatch.setattr(credential_query, "quick_read", lambda *args, **_: asked.append(args))

    reply = through_the_short_entrance(
        environ(
            authorization=basic(good.id, good.plain), body=form(grant_type="client_credentials")
        )
    )

    assert reply.status == 200
    assert asked == []
    assert read_client(good.row.pk, now=now).is_active
