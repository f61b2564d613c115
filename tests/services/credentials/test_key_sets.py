"""Keys that are fetched from where clients and issuers publish them (CRE-8)."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clients_app.errors import RuleBroken
from clients_app.models import Client, ClientKey, FetchedKeySet
from clients_app.services import outgoing
from clients_app.services.credentials import key_sets
from clients_app.services.credentials.key_sets import Source, fetch, refresh
from clients_app.services.credentials.keys import KeyDraft, add_keys, remove_key
from tests.actors import command_line_in
from tests.credentials import insert_identities, insert_keys
from tests.key_server import KeyServer
from tests.moments import NOW, SECOND
from tests.oauth.assertions import key_of
from tests.refused_values import refused_at

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def expected(url: str, *, is_issuer: bool = False) -> FetchedKeySet:
    return FetchedKeySet.objects.create(url=url, is_issuer=is_issuer, due_at=NOW)


def fetched(row: FetchedKeySet, *, now: Any = NOW) -> FetchedKeySet:
    fetch(Source(row.url, row.is_issuer), now=now)
    row.refresh_from_db()
    return row


def test_keys_at_an_address_are_stored(server: KeyServer, db: None):
    row = fetched(expected(server.url))

    assert row.jwks is not None
    assert [jwk["kid"] for jwk in row.jwks["keys"]] == [key_of("EC").thumbprint()]
    assert (row.fetched_at, row.tried_at, row.failure) == (NOW, NOW, "")


@pytest.mark.parametrize(
    ("control", "lifetime"),
    [
        ("", HOUR),
        ("no-store", HOUR),
        ("public, max-age=1800", 30 * MINUTE),
        ("max-age=1", 5 * MINUTE),
        ("max-age=99999999", 24 * HOUR),
        ("max-age=999999999999", HOUR),
    ],
)
def test_keys_are_due_again_within_limits(
    server: KeyServer, db: None, control: str, lifetime: timedelta
):
    server.publish(key_of("EC"), Cache_Control=control)

    assert fetched(expected(server.url)).due_at == NOW + lifetime


def hides_private_keys(server: KeyServer) -> None:
    server.say({"keys": [key_of("EC").as_dict(private=True)]})


WRONG: dict[str, tuple[Callable[[KeyServer], None], str]] = {
    "redirect": (
        lambda on: on.say(b"", status=302, Location="http://127.0.0.1/"),
        "HTTP 302 instead of 200. Redirects are not followed.",
    ),
    "error": (lambda on: on.say(b"", status=500), "HTTP 500 instead of 200."),
    "HTML": (lambda on: on.say(b"<!doctype html><p>Sign in"), "The answer is not JSON."),
    "list": (lambda on: on.say([]), "The answer is not a JSON object."),
    "deep": (lambda on: on.say(b"[" * 60_000), "The answer is not JSON."),
    "long": (lambda on: on.say(b" " * 65_537), "The answer is longer than 65536 bytes."),
    "no keys": (lambda on: on.say({"keys": []}), "This JWKS has no keys."),
    "another document": (lambda on: on.say({"a": 1}), "Use a JWKS"),
    "private key": (hides_private_keys, "This is a private key"),
    "NUL": (
        lambda on: on.say({"keys": [{**key_of("EC").as_dict(private=False), "kid": "\0"}]}),
        "Use a kid",
    ),
    "chunk below zero": (
        lambda on: on.say(b"-5\r\nabcde\r\n0\r\n\r\n", Transfer_Encoding="chunked"),
        "",
    ),
    "not HTTP": (lambda on: on.say(b"", status=99), ""),
}


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize("case", WRONG)
def test_wrong_answer_is_a_failure_that_people_can_read(server: KeyServer, db: None, case: str):
    behave, failure = WRONG[case]
    behave(server)

    row = fetched(expected(server.url))

    assert row.failure.startswith(failure)
    assert row.failure
    assert (row.jwks, row.fetched_at, row.due_at) == (None, None, NOW + MINUTE)
    assert len(server.asked) == 1


def test_answer_without_end_fills_no_memory(server: KeyServer, db: None):
    """To http.client, a chunk of -1 bytes is all that comes."""
    server.say(b"-1\r\n" + bytes(20_000_000), Transfer_Encoding="chunked")
    row = expected(server.url)
    tracemalloc.start()
    try:
        row = fetched(row)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (bool(row.failure), row.jwks) == (True, None)
    assert most < 5_000_000


def test_address_of_our_own_network_is_not_asked(server: KeyServer, db: None, settings: Any):
    settings.OUTGOING_ALLOWED_HOSTS = []

    assert "https" in fetched(expected(server.url)).failure
    https = server.url.replace("http:", "https:")
    assert "not public" in fetched(expected(https)).failure
    assert server.asked == []


def test_address_that_hangs_is_given_up(
    server: KeyServer, db: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outgoing, "LONGEST_S", 0.3)
    server.gate.clear()

    assert fetched(expected(server.url)).failure


def test_failure_keeps_the_keys_for_a_day(server: KeyServer, db: None):
    row = fetched(expected(server.url))
    server.say(b"", status=503)

    row = fetched(row, now=NOW + HOUR)

    assert (row.fetched_at, bool(row.jwks), row.failure[:8]) == (NOW, True, "HTTP 503")
    assert key_sets.is_fresh(row.fetched_at, now=NOW + timedelta(hours=23, minutes=59))
    assert not key_sets.is_fresh(row.fetched_at, now=NOW + timedelta(hours=24))


def test_keys_are_asked_for_once_in_ten_seconds(server: KeyServer, db: None):
    row = expected(server.url)
    for seconds in (0, 1, 9, 10):
        fetched(row, now=NOW + seconds * SECOND)

    assert len(server.asked) == 2


def test_unknown_source_is_not_asked(server: KeyServer, db: None):
    assert fetch(Source(server.url, is_issuer=False), now=NOW) is None
    assert server.asked == []


def discovery(server: KeyServer, **more: Any) -> None:
    document = {"issuer": server.origin, "jwks_uri": server.url, **more}
    server.say(document, path="/.well-known/openid-configuration")


@pytest.mark.django_db(transaction=True)
def test_worker_fetches_what_is_due_and_needed(server: KeyServer, client: Client):
    discovery(server)
    insert_keys(client, 1, jwk=None, thumbprint="", jwks_url=server.url)
    insert_identities(client, 1, issuer=server.origin)
    insert_identities(client, 1, issuer="https://pasted.example", jwks={"keys": []})
    rows = [expected(server.url), expected(server.origin, is_issuer=True)]
    for url, is_issuer in (
        (server.url, True),
        ("https://pasted.example", True),
        ("https://removed.example", False),
    ):
        expected(url, is_issuer=is_issuer)

    refresh(now=NOW)

    assert list(FetchedKeySet.objects.order_by("pk")) == rows
    assert all(row.jwks for row in FetchedKeySet.objects.all())
    asked = len(server.asked)
    refresh(now=NOW + SECOND)
    assert len(server.asked) == asked


def test_keys_by_address_are_added_and_expected(server: KeyServer, client: Client):
    actor = command_line_in(client.tenant)
    draft = KeyDraft(jwks_url=f" {server.url} ", expires_at=None)

    [key] = add_keys(client, draft, actor=actor, now=NOW)

    assert (key.jwks_url, key.jwk, key.thumbprint) == (server.url, None, "")
    row = FetchedKeySet.objects.get()
    assert (row.url, row.is_issuer, row.due_at) == (server.url, False, NOW)
    with pytest.raises(RuleBroken, match="already"):
        add_keys(client, draft, actor=actor, now=NOW)
    remove_key(client, key.pk, actor=actor, now=NOW)
    assert add_keys(client, draft, actor=actor, now=NOW)


@pytest.mark.parametrize(
    ("url", "pasted"),
    [
        ("http://keys.example/jwks", ""),
        ("https://user:pass@keys.example/jwks", ""),
        ("keys.example", ""),
        ("https://keys.example/jwks", json.dumps(key_of("EC").as_dict(private=False))),
    ],
)
def test_bad_address_is_refused_beside_its_field(client: Client, url: str, pasted: str):
    draft = KeyDraft(jwks_url=url, pasted=pasted, expires_at=None)

    with refused_at("jwks_url"):
        add_keys(client, draft, actor=command_line_in(client.tenant), now=NOW)

    assert not ClientKey.objects.exists()
