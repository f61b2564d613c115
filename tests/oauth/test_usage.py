"""What the token endpoint counts, without a write during the request. AVA-6."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Client, TokenRefusal, TokenUsage
from clients_app.rules.secret_format import new_secret
from clients_app.services.usage import counts
from clients_app.services.usage.refused_requests import Cause
from tests.credentials import insert_identities
from tests.oauth.assertions import ISSUER, asking, assertion, key_of, register
from tests.oauth.machine_client import MachineClient
from tests.oauth.request_cases import GRANT
from tests.oauth.wsgi import Reply, basic, form
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

Ask = Callable[..., Reply]
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "SAVEPOINT", "BEGIN")


def test_thousand_requests_write_nothing(clients: SimpleNamespace, ask: Ask):
    """Statements are observed in the driver, since the endpoint does not use Django's cursors."""
    header = basic(clients.good.id, clients.good.plain)
    ask(authorization=header, body=form(GRANT))  # reads the signing key
    seen: list[str] = []
    watch = _watched(seen)
    try:
        replies = [ask(authorization=header, body=form(GRANT)).status for _ in range(1000)]
    finally:
        watch()

    assert set(replies) == {200}
    assert len(seen) == 1000
    assert not [one for one in seen if one.strip().upper().startswith(WRITES)]


def _watched(seen: list[str]) -> Callable[[], None]:
    """Record every statement of this thread's connection; return a function that stops it."""
    driver: Any = connection.connection
    if connection.vendor == "sqlite":
        driver.set_trace_callback(seen.append)
        return lambda: driver.set_trace_callback(None)
    execute = psycopg.Cursor.execute

    def noted(cursor: Any, statement: str, *values: Any, **more: Any) -> Any:
        seen.append(statement)
        return execute(cursor, statement, *values, **more)

    patch = pytest.MonkeyPatch()
    patch.setattr(psycopg.Cursor, "execute", noted)
    return patch.undo


def test_token_is_counted_with_the_callers_address(clients: SimpleNamespace, ask: Ask):
    ask(authorization=basic(clients.good.id, clients.good.plain), body=form(GRANT))
    counts.flush()

    row = TokenUsage.objects.get()
    assert (row.secret_id, row.tokens, row.last_address) == (clients.good.secret.pk, 1, "192.0.2.7")
    assert Client.objects.get(pk=clients.good.id).last_token_at == row.last_at


@pytest.mark.parametrize(
    ("who", "cause"),
    [
        ("expired", Cause.SECRET_EXPIRED),
        ("retired", Cause.SECRET_REMOVED),
        ("disabled", Cause.CLIENT_DISABLED),
        ("removed", Cause.CLIENT_REMOVED),
        ("hybrid", Cause.UNAUTHORIZED_CLIENT),
    ],
)
def test_rejection_is_counted_with_its_reason(
    clients: SimpleNamespace, ask: Ask, who: str, cause: str
):
    one = getattr(clients, who)

    ask(authorization=basic(one.id, one.plain), body=form(GRANT))
    ask(authorization=basic(one.id, one.plain), body=form(GRANT))
    counts.flush()

    row = TokenRefusal.objects.get()
    assert (str(row.client_id), row.cause, row.requests) == (one.id, cause, 2)
    assert (row.secret_id, row.last_address) == (one.secret.pk, "192.0.2.7")
    assert not TokenUsage.objects.exists()


def test_wrong_secrets_and_garbage_are_counted_alike(clients: SimpleNamespace, ask: Ask):
    for plain in (new_secret(), new_secret(), "garbage"):
        ask(authorization=basic(clients.good.id, plain), body=form(GRANT))
    counts.flush()

    row = TokenRefusal.objects.get()
    assert (row.cause, row.requests, row.secret) == (Cause.UNKNOWN_SECRET, 3, None)


def test_rejection_reads_once_and_writes_nothing(clients: SimpleNamespace, ask: Ask):
    with CaptureQueriesContext(connection) as queries:
        reply = ask(authorization=basic(clients.good.id, new_secret()), body=form(GRANT))

    assert reply.status == 401
    assert [one["sql"] for one in queries if "tokenrefusal" in one["sql"]] == []


@pytest.fixture
def talker(own_portal: PortalProcess) -> MachineClient:
    """A new client in a portal that only this test uses."""
    added = json.loads(own_portal.manage("clients", "add", "talker", "--json").stdout)
    return MachineClient(own_portal.port, added["client_id"], added["client_secret"])


def counted(portal: PortalProcess) -> int:
    [(tokens,)] = portal.query("SELECT COALESCE(SUM(tokens), 0) FROM clients_app_tokenusage")
    return int(tokens)


@pytest.mark.sweep(on="postgresql")
def test_running_and_stopped_server_writes_its_counts_and_a_killed_one_all_but_the_last_batch(
    own_portal: PortalProcess, talker: MachineClient
):
    """Every five seconds, as tests/services/test_housekeeping.py tests."""
    talker.tokens(48, connections=4)
    wait_until(lambda: counted(own_portal) == 48)
    talker.tokens(32, connections=4)

    own_portal.kill()

    left = counted(own_portal)
    assert 48 <= left <= 80
    own_portal.start()
    given = talker.tokens(600, connections=8)

    own_portal.stop()

    assert (given, counted(own_portal)) == (600, left + 600)


def test_tokens_are_counted_by_key_and_identity(good: SimpleNamespace, ask: Ask) -> None:
    key = register(good.row, key_of("EC"))
    trusted = {**key_of("EC", 1).as_dict(private=False), "kid": "1"}
    [identity] = insert_identities(
        good.row, 1, audience=ISSUER, jwks={"keys": [trusted]}, expires_at=None
    )
    for _ in range(2):
        assert ask(body=asking(assertion(good.id, key_of("EC")))).status == 200
        platform = {"iss": identity.issuer, "sub": identity.subject_rule}
        text = assertion(good.id, key_of("EC", 1), **platform)
        assert ask(body=asking(text, client_id=good.id)).status == 200
    counts.flush()

    rows = TokenUsage.objects.values_list("secret", "key", "identity", "tokens", "last_address")
    assert set(rows) == {
        (None, key.pk, None, 2, "192.0.2.7"),
        (None, None, identity.pk, 2, "192.0.2.7"),
    }
    ask(body=asking(assertion(good.id, key_of("EC"))))
    counts.flush()
    assert key.usage.get().tokens == 3
