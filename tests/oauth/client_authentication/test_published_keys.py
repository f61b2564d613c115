"""private_key_jwt with keys that the client publishes at an address."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections

from clients_app.models import ClientKey, FetchedKeySet, TokenRefusal
from clients_app.rules.jwts import to_base64url
from clients_app.services import outgoing
from clients_app.services.credentials import key_sets
from clients_app.services.credentials.key_sets import Source
from clients_app.services.usage import counts
from tests.credentials import insert_keys
from tests.key_server import KeyServer, key_server
from tests.oauth.assertions import asking, assertion, key_of
from tests.oauth.wsgi import Reply, environ, through_the_short_entrance

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyServer]:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(key_sets, "WAIT_S", 20.0)
    key_sets.forget()
    with key_server() as running:
        running.publish(key_of("EC"))
        yield running


@pytest.fixture
def own(good: SimpleNamespace, server: KeyServer) -> ClientKey:
    """A credential of the good client: the address of its keys, which nobody has asked yet."""
    [row] = insert_keys(good.row, 1, jwk=None, thumbprint="", jwks_url=server.url, expires_at=None)
    FetchedKeySet.objects.create(url=server.url, is_issuer=False, due_at=datetime.now(UTC))
    return row


def ask(good: SimpleNamespace, key: Any, **header: Any) -> Reply:
    named = {"kid": key.thumbprint(), **header}
    body = asking(assertion(good.id, key, header=named))
    return through_the_short_entrance(environ(body=body))


def let_ask_again(url: str) -> None:
    """As if ten seconds had passed."""
    key_sets.forget()
    FetchedKeySet.objects.filter(url=url).update(tried_at=datetime.now(UTC) - timedelta(seconds=11))


def test_first_request_waits_for_the_keys(good: SimpleNamespace, own: ClientKey, server: KeyServer):
    assert ask(good, key_of("EC")).status == 200
    assert ask(good, key_of("EC")).status == 200
    assert len(server.asked) == 1


def test_rotated_key_is_accepted_at_its_first_use(
    good: SimpleNamespace, own: ClientKey, server: KeyServer
):
    assert ask(good, key_of("EC")).status == 200
    let_ask_again(server.url)
    server.publish(key_of("EC", 1))

    assert ask(good, key_of("EC", 1)).status == 200
    assert ask(good, key_of("EC")).status == 401  # no longer published


def test_flood_of_unknown_keys_asks_once(good: SimpleNamespace, own: ClientKey, server: KeyServer):
    for number in range(5):
        assert ask(good, key_of("EC", 7), kid=f"unknown-{number}").status == 401

    assert len(server.asked) == 1
    assert ask(good, key_of("EC")).status == 200


def test_client_whose_keys_are_late_is_asked_to_come_again(
    good: SimpleNamespace, own: ClientKey, server: KeyServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(key_sets, "WAIT_S", 0.01)
    server.gate.clear()
    source = Source(server.url, is_issuer=False)

    late = ask(good, key_of("EC"))

    assert (late.status, late.json()["error"]) == (503, "temporarily_unavailable")
    assert late.headers["Retry-After"] == "2"
    assert ask(good, key_of("EC")).status == 503
    done = key_sets.fetch_aside(source)
    server.gate.set()
    assert done is not None
    assert done.wait(30)
    assert ask(good, key_of("EC")).status == 200
    assert len(server.asked) == 1


def test_client_is_asked_to_come_again_while_others_are_being_fetched(
    good: SimpleNamespace, own: ClientKey, server: KeyServer, monkeypatch: pytest.MonkeyPatch
):
    """Addresses that hang, of another tenant perhaps, make no good key an unknown one."""
    for limit in ("TIMEOUT_S", "LONGEST_S"):
        monkeypatch.setattr(outgoing, limit, 60.0)
    server.gate.clear()
    hanging = [Source(f"{server.origin}/{n}", is_issuer=False) for n in range(key_sets.AT_ONCE)]
    for source in hanging:
        FetchedKeySet.objects.create(**source._asdict(), due_at=datetime.now(UTC))
    begun = [key_sets.fetch_aside(source) for source in hanging]

    reply = ask(good, key_of("EC"))

    assert (reply.status, reply.json()["error"]) == (503, "temporarily_unavailable")
    server.gate.set()
    assert all(done is not None and done.wait(30) for done in begun)
    assert ask(good, key_of("EC")).status == 200


def test_only_one_thread_waits_for_keys(good: SimpleNamespace, own: ClientKey, server: KeyServer):
    server.gate.clear()
    replies: list[Reply] = []

    def wait() -> None:
        try:
            replies.append(ask(good, key_of("EC")))
        finally:
            connections.close_all()  # those of this thread

    first = threading.Thread(target=wait)
    first.start()
    while not server.asked:
        first.join(0.01)

    assert ask(good, key_of("EC")).status == 503
    server.gate.set()
    first.join()
    assert [reply.status for reply in replies] == [200]


def test_keys_that_could_not_be_fetched_for_a_day_verify_nothing(
    good: SimpleNamespace, own: ClientKey, server: KeyServer
):
    assert ask(good, key_of("EC")).status == 200
    server.say(b"", status=500)
    long_ago = datetime.now(UTC) - timedelta(hours=24)
    FetchedKeySet.objects.update(fetched_at=long_ago, tried_at=long_ago)

    assert ask(good, key_of("EC")).status == 401


MISBEHAVING: dict[str, Callable[[KeyServer], None]] = {
    "redirects": lambda server: server.say(b"", status=302, Location=f"{server.origin}/moved"),
    "answers HTML": lambda server: server.say(
        b"<!doctype html><p>Sign in", Content_Type="text/html"
    ),
    "grows": lambda server: server.say(b" " * 1_000_000),
    "answers with an error": lambda server: server.say(b"", status=500),
    "has weak keys": lambda server: server.say({"keys": [weak_key()]}),
    "has private keys": lambda server: server.say({"keys": [key_of("EC").as_dict(private=True)]}),
}


def weak_key() -> dict[str, str]:
    return {"kty": "RSA", "e": "AQAB", "n": to_base64url(b"\xff" * 128)}  # 1024 bits


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize("case", MISBEHAVING)
def test_address_that_misbehaves_gives_no_token_and_is_told(
    good: SimpleNamespace, own: ClientKey, server: KeyServer, case: str
):
    server.publish(key_of("EC"), path="/moved")
    MISBEHAVING[case](server)

    reply = ask(good, key_of("EC"))

    assert (reply.status, reply.json()["error"]) == (401, "invalid_client")
    counts.flush()
    assert TokenRefusal.objects.get().cause == "unknown-key"
    row = FetchedKeySet.objects.get()
    assert (row.jwks, row.fetched_at) == (None, None)
    assert row.failure
    assert server.asked == ["/jwks"]
