"""The query of keys and identities reads what Django's models read, and only when it is asked."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction

from clients_app.models import Client, ClientKey, FederatedIdentity, FetchedKeySet
from clients_app.oauth import credential_query, quick_reads
from clients_app.oauth.client_query import read_client
from clients_app.oauth.credential_query import read_credentials
from clients_app.services.credentials import key_sets
from tests.credentials import insert_identities, insert_keys
from tests.moments import IN_A_YEAR, NOW
from tests.oauth.assertions import asking, assertion, key_of, register
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


@pytest.fixture
def read_from_database(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The characters of key sets that each query of credentials has returned."""
    lengths: list[int] = []

    def counting(read: Any) -> Any:
        def with_count(client_id: Any, ask: Any, now: datetime) -> Any:
            def asked(*words: Any) -> Any:
                rows = list(ask(*words))
                texts = [value for row in rows for value in row if isinstance(value, str)]
                lengths.append(sum(len(text) for text in texts if '"keys"' in text))
                return rows

            return read(client_id, asked, now)

        return with_count

    def quick_read(*given: Any, **more: Any) -> Any:
        more |= {name: counting(more[name]) for name in ("read", "on_postgresql")}
        return quick_reads.quick_read(*given, **more)

    monkeypatch.setattr(credential_query, "quick_read", quick_read)
    return lengths


def test_forged_assertions_read_no_key_set_twice(
    good: SimpleNamespace,
    read_from_database: list[int],
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
):
    """Twenty sets of up to 64 KB for each forgery would be a flood of its own."""
    monkeypatch.setattr(key_sets, "wait_for", lambda _: False)  # all were fetched a moment ago
    other = {"keys": [{**key_of("EC", 3).as_dict(private=False), "kid": "x" * 200}] * 50}
    for number in range(10):
        url = f"https://keys{number}.example/jwks.json"
        insert_keys(good.row, 1, jwk=None, thumbprint="", jwks_url=url)
        insert_identities(good.row, 1, issuer=url, jwks=other if number % 2 else None)
        for is_issuer in (True, False):
            of = {"url": url, "is_issuer": is_issuer, "jwks": other, "due_at": now}
            FetchedKeySet.objects.create(fetched_at=now, **of)

    for number in range(6):
        issuer = {"iss": f"https://keys{number}.example/jwks.json"} if number > 2 else {}
        header = {"kid": f"no-such-{number}"}
        forged = assertion(str(good.id), key_of("EC", 9), header=header, **issuer)
        assert through_the_short_entrance(environ(body=asking(forged))).status == 401

    assert len(read_from_database) == 6  # one query for each
    assert read_from_database[0] > 20 * 50 * 200
    if connection.vendor == "postgresql":  # SQLite keeps rows outside transactions alone
        assert read_from_database[1:] == [0] * 5


def test_kept_key_set_is_never_older_than_the_database(
    good: SimpleNamespace, now: datetime
) -> None:
    """Each change is seen by the next request: other keys, a removal, and a new row."""
    insert_keys(good.row, 1, jwk=None, thumbprint="", jwks_url=URL)
    [identity] = insert_identities(good.row, 1, jwks=SET)
    row = FetchedKeySet.objects.create(url=URL, is_issuer=False, jwks=SET, due_at=now)

    def sets() -> tuple[list[Any], list[Any]]:
        read = read_credentials(good.row.pk, now=now)
        fetched = [json.loads(key.fetched) if key.fetched else None for key in read.keys]
        return fetched, [json.loads(one.jwks) if one.jwks else None for one in read.identities]

    for _ in range(2):
        assert sets() == ([SET], [SET])
    for kids in (["a"], ["b"], []):
        other = {"keys": [{"kid": kid} for kid in kids]}
        FetchedKeySet.objects.filter(pk=row.pk).update(jwks=other)
        assert sets() == ([other], [SET])
        FederatedIdentity.objects.filter(pk=identity.pk).update(jwks=other)
        assert sets() == ([other], [other])
        FederatedIdentity.objects.filter(pk=identity.pk).update(jwks=SET)
    FetchedKeySet.objects.all().delete()
    assert sets() == ([None], [SET])
    with transaction.atomic():
        FetchedKeySet.objects.create(url=URL, is_issuer=False, jwks=SET, due_at=now)
        assert sets() == ([SET], [SET])
        transaction.set_rollback(True)
    assert sets() == ([None], [SET])
    ClientKey.objects.update(removed_at=now)
    FederatedIdentity.objects.update(removed_at=now)
    assert sets() == ([], [])


def test_rows_of_two_tables_are_never_taken_for_each_other(
    good: SimpleNamespace, now: datetime
) -> None:
    """After a move or a restore one transaction wrote all rows, at the same places of tables."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # then the first row of each is at the same place
            cursor.execute(
                "TRUNCATE clients_app_federatedidentity, clients_app_fetchedkeyset CASCADE"
            )
    insert_identities(good.row, 1, issuer=URL)
    row = FetchedKeySet.objects.create(url=URL, is_issuer=True, jwks=SET, due_at=now)

    def sets() -> list[tuple[Any, Any]]:
        read = read_credentials(good.row.pk, now=now)
        return [(one.jwks, one.fetched and json.loads(one.fetched)) for one in read.identities]

    for _ in range(2):
        assert sets() == [(None, SET)]
    other = {"keys": []}
    FetchedKeySet.objects.filter(pk=row.pk).update(jwks=other)
    assert sets() == [(None, other)]
