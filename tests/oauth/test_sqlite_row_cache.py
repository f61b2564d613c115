"""Rows cached by SQLite's data version: never older than the last commit."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from clients_app.models import Client, ClientSecret
from clients_app.oauth import client_query
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets.digests import stored_form
from tests.factories import insert_secrets
from tests.oauth.assertions import asking, assertion, key_of, register
from tests.oauth.request_cases import GRANT
from tests.oauth.wsgi import Reply, basic, form

Ask = Callable[..., Reply]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list with one entry for each time a client was read from the database."""
    noted: list[str] = []
    real = client_query.stored_client

    def counted(client_id: Any, rows: Any) -> Any:
        noted.append(str(client_id))
        return real(client_id, rows)

    monkeypatch.setattr(client_query, "stored_client", counted)
    return noted


@pytest.fixture
def good(clients: SimpleNamespace, ask: Ask) -> Callable[[], int]:
    """Request a token for the good client and return the status."""
    header = basic(clients.good.id, clients.good.plain)
    return lambda: ask(authorization=header, body=form(GRANT)).status


@pytest.fixture
def other(clients: SimpleNamespace) -> Iterator[BaseDatabaseWrapper]:
    """Another connection to the same database, as in another worker."""
    copy = connection.copy()
    yield copy
    copy.close()


def reads_for(count: int) -> int:
    """Return how often the rows are read for ``count`` requests without changes between them."""
    return 1 if connection.vendor == "sqlite" else count


def retire(by: BaseDatabaseWrapper, secret: ClientSecret) -> None:
    with by.cursor() as cursor:
        cursor.execute(
            "UPDATE clients_app_clientsecret SET removed_at = created_at WHERE id = %s",
            [secret.pk],
        )


def test_rows_are_read_once_while_nothing_changes(good: Callable[[], int], reads: list[str]):
    assert [good() for _ in range(10)] == [200] * 10
    assert len(reads) == reads_for(10)


def test_removal_by_another_connection_applies_immediately(
    clients: SimpleNamespace, good: Callable[[], int], other: BaseDatabaseWrapper
):
    """SEC-11."""
    assert [good(), good()] == [200, 200]

    retire(other, clients.good.secret)

    assert good() == 401


def test_removal_by_the_same_connection_applies_immediately(
    clients: SimpleNamespace, good: Callable[[], int]
):
    """SEC-11: a thread that serves pages also serves token requests."""
    assert [good(), good()] == [200, 200]

    retire(connection, clients.good.secret)

    assert good() == 401


@pytest.mark.parametrize("operation", ["disable", "remove", "take the roles", "rotate the key"])
def test_change_to_any_row_applies_immediately(
    clients: SimpleNamespace, ask: Ask, other: BaseDatabaseWrapper, operation: str
):
    statement, wanted = {
        "disable": ("UPDATE clients_app_client SET is_enabled = false", 401),
        "remove": ("UPDATE clients_app_client SET removed_at = created_at", 401),
        "take the roles": ("DELETE FROM clients_app_clientrole", 200),
        "rotate the key": ("UPDATE clients_app_signingkey SET state = 'retired'", 503),
    }[operation]
    header = basic(clients.good.id, clients.good.plain)
    assert ask(authorization=header, body=form(GRANT)).status == 200

    with other.cursor() as cursor:
        cursor.execute(statement)

    reply = ask(authorization=header, body=form(GRANT))
    assert reply.status == wanted
    if wanted == 200:
        assert claims_in(reply)["roles"] == []


def test_what_was_granted_is_remembered_for_the_same_credential_and_parameters_only(
    clients: SimpleNamespace, ask: Ask, other: BaseDatabaseWrapper
):
    """RES-3, SEC-11: a client that asks in different ways, and whose tenant changes a role."""
    plain = new_secret()
    stored = stored_form(plain, client_id=clients.good.row.pk)
    second = insert_secrets(clients.good.row, 1, **stored._asdict())[0]
    one, two = (clients.good.plain, clients.good.secret.pk), (plain, second.pk)

    def by_header(plain: str, **more: str) -> Any:
        return ask(authorization=basic(clients.good.id, plain), body=form(GRANT, **more))

    def by_body(plain: str, **more: str) -> Any:
        proof = {"client_id": clients.good.id, "client_secret": plain}
        return ask(body=form(GRANT, **proof, **more))

    for asked in (by_header, by_body, by_header, by_body):  # in the end, all of it is known
        for secret, secret_id in (one, two):
            for more, scope in (({}, "api"), ({"scope": "ocsapi"}, "ocsapi")):
                claims = claims_in(asked(secret, **more))
                assert (claims["cred"], claims["scope"]) == (secret_id, scope)
            assert asked(secret, scope="nothing").json()["error"] == "invalid_scope"
            assert asked(secret, resource="urn:x").json()["error"] == "invalid_target"
        assert len({claims_in(asked(one[0]))["jti"] for _ in range(5)}) == 5
    with other.cursor() as cursor:
        cursor.execute("UPDATE clients_app_role SET name = 'Renamed' WHERE name = 'MyData.Role'")

    assert claims_in(by_header(one[0]))["roles"] == ["Renamed", "Tenant Member"]


def test_rows_read_in_a_rolled_back_transaction_are_not_cached(
    clients: SimpleNamespace, good: Callable[[], int]
):
    with transaction.atomic():
        retire(connection, clients.good.secret)
        assert good() == 401
        transaction.set_rollback(True)

    assert good() == 200


def test_cached_secret_expires_to_the_second(
    clients: SimpleNamespace, good: Callable[[], int], reads: list[str]
):
    """SEC-9, although nothing changes in the database."""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    ClientSecret.objects.filter(pk=clients.good.secret.pk).update(expires_at=ends)
    with time_machine.travel(ends - timedelta(seconds=1), tick=False) as clock:
        assert [good(), good()] == [200, 200]
        assert len(reads) == reads_for(2)
        clock.move_to(ends - timedelta(microseconds=1))
        assert good() == 200
        clock.move_to(ends)
        assert good() == 401


@pytest.mark.parametrize("first", ["good", "other"])
@pytest.mark.parametrize("other_ends_later_s", [60, None])
def test_cached_row_ends_with_the_first_of_its_secrets(
    clients: SimpleNamespace, ask: Ask, first: str, other_ends_later_s: int | None
):
    """SEC-9 and SEC-11: of two secrets that overlap, each ends at its own second."""
    ends = datetime.now(UTC) + timedelta(hours=1)
    later = other_ends_later_s and ends + timedelta(seconds=other_ends_later_s)
    plains = {"good": clients.good.plain, "other": new_secret()}
    stored = stored_form(plains["other"], client_id=clients.good.row.pk)
    other = insert_secrets(clients.good.row, 1, **stored._asdict())[0]
    ids = {"good": clients.good.secret.pk, "other": other.pk}
    [second] = set(ids) - {first}
    ClientSecret.objects.filter(pk=ids[first]).update(expires_at=ends)
    ClientSecret.objects.filter(pk=ids[second]).update(expires_at=later)

    def statuses() -> list[int]:
        headers = [basic(clients.good.id, plains[name]) for name in (first, second)]
        return [ask(authorization=header, body=form(GRANT)).status for header in headers]

    with time_machine.travel(ends - timedelta(microseconds=1), tick=False) as clock:
        assert statuses() == [200, 200]
        clock.move_to(ends)
        assert statuses() == [401, 200]
        if later:
            clock.move_to(later)
            assert statuses() == [401, 401]


def test_new_connection_starts_with_an_empty_cache(
    clients: SimpleNamespace, good: Callable[[], int], reads: list[str]
):
    """Data versions of different connections cannot be compared."""
    assert good() == 200
    connection.close()
    Client.objects.exists()

    assert good() == 200
    assert len(reads) == 2


@pytest.mark.one_database  # on PostgreSQL, nothing is cached
def test_keys_stay_with_the_client_until_another_process_removes_one(
    clients: SimpleNamespace,
    ask: Ask,
    other: BaseDatabaseWrapper,
    monkeypatch: pytest.MonkeyPatch,
):
    key = key_of("EC")
    register(clients.good.row, key)
    read: list[UUID] = []
    real = client_query.read_credentials
    monkeypatch.setattr(
        client_query,
        "read_credentials",
        lambda client_id, now: read.append(client_id) or real(client_id, now=now),
    )

    def by_key() -> int:
        return ask(body=asking(assertion(clients.good.id, key))).status

    assert [by_key(), by_key(), len(read)] == [200, 200, 1]
    with other.cursor() as cursor:
        cursor.execute("UPDATE clients_app_clientkey SET removed_at = %s", [datetime.now(UTC)])

    assert [by_key(), len(read)] == [401, 2]


def claims_in(reply: Reply) -> dict[str, Any]:
    payload = reply.json()["access_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
