"""Revocation (RFC 7009): INT-3. ``test_introspect_and_revoke_requests`` tests refused requests."""

import http.client
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection

from clients_app.models import AuditEvent, Client, RevokedToken, Tenant
from clients_app.rules.secret_format import new_secret
from clients_app.services import housekeeping
from clients_app.services.failure_limits import FAILURES_MAX
from tests.factories import make_client
from tests.oauth import wsgi
from tests.oauth.introspection import INTROSPECT, REVOKE, introspect, post, token_of
from tests.oauth.test_token_requests import HEADERS, assert_error
from tests.oauth.wsgi import FORM, TOKEN_PATH, basic, form
from tests.portal_process import PortalProcess


@pytest.fixture
def good(clients: SimpleNamespace) -> SimpleNamespace:
    return clients.good


@pytest.fixture
def other(tenant: Tenant, now: datetime) -> SimpleNamespace:
    made = make_client("Other", tenant, now=now)
    return SimpleNamespace(id=str(made.client.pk), plain=made.plain)


def test_client_revokes_one_of_its_own_tokens(good: SimpleNamespace):
    one, another = token_of(good), token_of(good)

    for _ in range(2):  # RFC 7009 section 2.2: the second time is no error
        reply = post(REVOKE, good, one)
        assert (reply.status, reply.headers, reply.body) == (200, HEADERS, b"{}")
    post(f"{REVOKE}/", good, one)

    assert introspect(good, one) == {"active": False}
    assert introspect(good, another)["active"] is True
    assert RevokedToken.objects.count() == 1


@pytest.mark.one_database  # the hint is not read
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense", ""])
def test_revocation_ignores_a_wrong_hint(good: SimpleNamespace, hint: str):
    """RFC 7009 section 2.1: the server extends its search to all token types."""
    token = token_of(good)

    assert post(REVOKE, good, "", body=form(token=token, token_type_hint=hint)).status == 200
    assert introspect(good, token) == {"active": False}


def test_token_of_another_client_is_not_revoked(good: SimpleNamespace, other: SimpleNamespace):
    """The response is that of a revocation, also for one that may introspect tokens."""
    Client.objects.filter(pk=other.id).update(may_introspect=True)
    token = token_of(good)

    reply = post(REVOKE, other, token)

    assert (reply.status, reply.headers, reply.body) == (200, HEADERS, b"{}")
    assert introspect(good, token)["active"] is True
    assert not RevokedToken.objects.exists()


@pytest.mark.one_database  # no statement has such a token
@pytest.mark.parametrize("token", ["abc", "..", "\x00", "жетон", "x" * 60_000])
def test_unknown_token_is_not_an_error(good: SimpleNamespace, token: str):
    reply = post(REVOKE, good, token)

    assert (reply.status, reply.headers, reply.body) == (200, HEADERS, b"{}")
    assert not RevokedToken.objects.exists()


def test_revocation_is_stored_until_the_token_would_have_expired(good: SimpleNamespace):
    start = datetime.now(UTC)
    token = token_of(good)
    post(REVOKE, good, token)
    row = RevokedToken.objects.get()
    second, hour = timedelta(seconds=1), timedelta(hours=1)
    assert start - second <= row.expires_at - hour <= datetime.now(UTC)

    forgets = next(chore.do for chore in housekeeping.CHORES if chore.name == "revoked tokens")
    for at, kept in ((row.expires_at - timedelta(seconds=1), True), (row.expires_at, False)):
        with time_machine.travel(at, tick=False):
            forgets()
        assert RevokedToken.objects.filter(pk=row.pk).exists() is kept


def test_revocation_of_an_expired_token_is_not_stored(good: SimpleNamespace):
    token = token_of(good)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        assert post(REVOKE, good, token).status == 200
    assert not RevokedToken.objects.exists()


def test_revocation_is_logged_but_not_audited(
    good: SimpleNamespace, caplog: pytest.LogCaptureFixture
):
    """A machine may do it a thousand times an hour; the log never contains the token (LOG-1)."""
    token, events = token_of(good), AuditEvent.objects.count()
    caplog.set_level("INFO")

    post(REVOKE, good, token)

    assert AuditEvent.objects.count() == events
    assert f"Client {good.id}, address 192.0.2.7." in caplog.text
    assert token.rpartition(".")[2] not in caplog.text


@pytest.mark.one_database  # test_failure_limits counts on both
@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
def test_source_with_many_failures_gets_429(good: SimpleNamespace, path: str):
    """TOK-A22, AVA-1: counted together with the token endpoint; the right secret still works."""
    token = token_of(good)
    wrong = SimpleNamespace(id=good.id, plain=new_secret())
    for number in range(FAILURES_MAX):
        at = (TOKEN_PATH, path)[number % 2]
        assert post(at, wrong, token).status == 401

    reply = post(path, wrong, token)

    assert reply.status == 429
    assert 1 <= int(reply.headers.pop("Retry-After")) <= 60
    assert reply.headers == HEADERS
    assert_error(reply, "temporarily_unavailable")
    assert post(path, good, token).status == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
def test_broken_database_gives_503_instead_of_inactive(good: SimpleNamespace, path: str):
    """TOK-A23: a failure must not make a token look expired or revoked."""
    token = token_of(good)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clients_app_revokedtoken RENAME TO revoked_away")
    try:
        reply = post(path, good, token)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE revoked_away RENAME TO clients_app_revokedtoken")

    assert (reply.status, reply.headers.pop("Retry-After")) == (503, "5")
    assert reply.headers == HEADERS
    assert_error(reply, "temporarily_unavailable")
    assert introspect(good, token)["active"] is True


def asked(port: int, path: str, who: SimpleNamespace, body: bytes) -> Any:
    """Return the response of a running portal; each connection may reach another worker."""
    headers = {"Content-Type": FORM, "Authorization": basic(who.id, who.plain)}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as wire_:
        wire_.request("POST", path, body, headers)
        answer = wire_.getresponse()
        assert answer.status == 200
        return json.loads(answer.read())


@pytest.mark.sweep(on="postgresql")
def test_revocation_applies_in_all_workers_immediately(
    token_portal: PortalProcess, machines: SimpleNamespace
):
    """Two workers: after a revocation none of 40 introspections returns an active token."""
    assert len(token_portal.workers()) >= 2
    port, good = token_portal.port, machines.good
    grant = form(grant_type="client_credentials")
    token = form(token=asked(port, TOKEN_PATH, good, grant)["access_token"])
    before = [asked(port, INTROSPECT, good, token)["active"] for _ in range(10)]

    assert asked(port, REVOKE, good, token) == {}

    after = [asked(port, INTROSPECT, good, token) for _ in range(40)]
    assert before == [True] * 10
    assert after == [{"active": False}] * 40


def test_options_lists_the_allowed_method(db: None):
    for path in (INTROSPECT, REVOKE):
        reply = wsgi.through_django(wsgi.environ(path, method="OPTIONS", content_type=None))
        assert (reply.status, reply.headers) == (204, {**HEADERS, "Allow": "POST"})
