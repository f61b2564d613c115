"""Responses during a failure, and the recovery from it: TOK-A23."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from clients_app.models import SigningKey
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import argon2_queue, renewal
from clients_app.services.secrets.digests import stored_form
from clients_app.services.signing_keys import private_keys, public_keys
from tests.oauth import wsgi
from tests.oauth.wsgi import Reply, basic, form

Ask = Callable[..., Reply]
JWKS = "/identity/.well-known/openid-configuration/jwks"


@pytest.fixture
def good(clients: SimpleNamespace) -> dict[str, Any]:
    """The parts of a valid request."""
    return {
        "authorization": basic(clients.good.id, clients.good.plain),
        "body": form(grant_type="client_credentials"),
    }


@contextmanager
def broken_database() -> Iterator[None]:
    """Rename the tables that the endpoints read, and restore them afterwards."""
    tables = ("clients_app_clientsecret", "clients_app_signingkey")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


def assert_unavailable(reply: Reply, retry_after_s: int) -> None:
    assert reply.status == 503
    assert reply.json()["error"] == "temporarily_unavailable"
    assert reply.headers["Retry-After"] == str(retry_after_s)
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db(transaction=True)
def test_broken_database_gives_503_and_recovers(good: dict[str, Any], ask: Ask):
    with broken_database():
        reply = ask(**good)
        assert_unavailable(reply, 5)
        assert b"table" not in reply.body
        assert ask(body=b"").status == 401  # errors that need no database stay the same

    assert ask(**good).status == 200


@pytest.mark.django_db(transaction=True)
def test_query_that_fails_on_a_sound_connection_is_not_repeated(good: dict[str, Any], ask: Ask):
    """A busy database would have twice the work."""
    opened: list[Any] = []

    def note(**given: Any) -> None:
        opened.append(given["connection"].alias)

    with broken_database():
        connection_created.connect(note)
        try:
            assert_unavailable(ask(**good), 5)
        finally:
            connection_created.disconnect(note)
    assert opened == []


@pytest.mark.django_db(transaction=True)
def test_broken_connection_is_reopened(good: dict[str, Any], ask: Ask):
    """AVA-4: clients do not notice a restart of PostgreSQL."""
    assert ask(**good).status == 200
    if connection.vendor == "postgresql":
        parameters = connection.get_connection_params()
        names = {"dbname", "user", "password", "host", "port"} & set(parameters)
        with psycopg.connect(**{name: parameters[name] for name in names}) as other:
            pid = connection.connection.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
    else:  # a connection to a file cannot break; the closest is a closed one
        connection.close()

    assert [ask(**good).status for _ in range(2)] == [200, 200]


@pytest.mark.django_db(transaction=True)
def test_request_after_a_dropped_connection_succeeds(good: dict[str, Any], ask: Ask):

    ask(**good)
    connection.connection.close()

    ask(**good)

    assert ask(**good).status == 200


@pytest.mark.django_db(transaction=True)
def test_long_write_by_another_connection_does_not_block_tokens(good: dict[str, Any], ask: Ask):
    """AVA-3: reads continue while another connection holds the write lock."""
    assert ask(**good).status == 200
    writer = connection.copy()
    try:
        writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        with writer.cursor() as cursor:
            cursor.execute("UPDATE clients_app_client SET version = version + 1")
        assert ask(**good).status == 200
    finally:
        writer.rollback()
        writer.close()


def test_full_argon2_queue_gives_503_with_retry_after(
    clients: SimpleNamespace, ask: Ask, settings: Any
):
    """SEC-5: for a secret whose key is lost; others work meanwhile."""
    renewal.renewed.clear()
    known = {
        "authorization": basic(clients.good.id, clients.good.plain),
        "body": form(grant_type="client_credentials"),
    }
    plain, key = new_secret(), settings.SECRET_KEY
    settings.SECRET_KEY = "n" * 60
    stored = stored_form(plain, client_id=clients.good.row.id)
    settings.SECRET_KEY = key
    secret = clients.good.secret
    secret.pk = None
    for name, value in stored._asdict().items():
        setattr(secret, name, value)
    secret.save()
    orphan = {**known, "authorization": basic(clients.good.id, plain)}
    emptied = threading.Event()
    while argon2_queue.submit(emptied.wait, 30):
        pass
    try:
        assert_unavailable(ask(**orphan), 1)
        assert ask(**known).status == 200
    finally:
        emptied.set()
        argon2_queue.thread.submit(lambda: None).result()
    assert ask(**orphan).status == 200


def test_no_active_key_gives_503(good: dict[str, Any], ask: Ask):
    SigningKey.objects.update(state=SigningKey.State.RETIRED)

    assert_unavailable(ask(**good), 5)


def test_lost_secret_key_gives_503_and_logs_what_to_do(
    good: dict[str, Any], ask: Ask, settings: Any, caplog: pytest.LogCaptureFixture
):

    settings.SECRET_KEY = "n" * 60
    private_keys.forget()

    assert_unavailable(ask(**good), 5)
    assert "Add the former SECRET_KEY to SECRET_KEY_FALLBACKS." in caplog.text
    private_keys.forget()


@pytest.mark.django_db(transaction=True)
def test_jwks_is_served_without_a_database_after_it_was_loaded(
    clients: SimpleNamespace,
):
    """KEY-3: housekeeping loads the keys, even if the worker has not served them before."""
    ask = wsgi.environ(JWKS, method="GET", content_type=None)
    with broken_database():
        assert_unavailable(wsgi.through_django(dict(ask)), 5)
    public_keys.read_key_set()
    with broken_database():
        alone = wsgi.through_django(dict(ask))

    assert alone.status == 200
    assert wsgi.through_django(dict(ask)) == alone
