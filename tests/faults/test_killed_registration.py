"""Add Client and Add Secret, killed at each step: everything is saved or nothing."""

import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import pytest
from django.db import connection

from clients_app import audit
from clients_app.models import (
    AuditEvent,
    Client,
    ClientRole,
    ClientSecret,
    ClientTag,
    IssuedClientId,
    Tenant,
    UsedFormKey,
)
from clients_app.selectors.clients.lists import client_page
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft
from tests.actors import command_line_in
from tests.factories import make_client
from tests.faults.conftest import run_until_killed
from tests.moments import NOW
from tests.waiting import wait_until

TABLES = (IssuedClientId, Client, ClientRole, ClientTag, ClientSecret, UsedFormKey, AuditEvent)
ONE_CLIENT = (1, 1, 1, 1, 1, 1, 2)  # rows in each table; two events


def add_client(committed_tenant: Tenant, number: int) -> None:
    make_client(f"Pump {number}", committed_tenant, tags=("north",), form_key=f"key {number}")


def add_one_secret(committed_tenant: Tenant, number: int) -> None:
    client = Client.objects.get()
    draft = SecretDraft(expires_at=None)
    add_secret(
        client,
        draft,
        actor=command_line_in(committed_tenant),
        now=NOW,
        form_key=f"secret key {number}",
    )


ONE_SECRET = (0, 0, 0, 0, 1, 1, 1)
OPERATIONS = {"Add Client": (add_client, ONE_CLIENT), "Add Secret": (add_one_secret, ONE_SECRET)}
EACH_OPERATION = pytest.mark.parametrize(("operation", "rows"), OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture
def before(committed_tenant: Tenant) -> tuple[int, ...]:
    """The rows of each table with one client."""
    add_client(committed_tenant, 0)
    return counts()


def counts() -> tuple[int, ...]:
    return tuple(table._default_manager.count() for table in TABLES)


def sum_of(*rows: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def die_at_statement(last: int, operation: Callable[[], None]) -> None:
    """Run the operation; kill the process after its statement number ``last``."""
    done = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal done
        result = execute(*args)
        done += 1
        if done == last:
            die()
        return result

    with connection.execute_wrapper(count):
        operation()


def die_before_commit(operation: Callable[[], None]) -> None:
    connection._commit = die
    operation()


def die_after_commit(operation: Callable[[], None]) -> None:
    operation()
    die()


def statements_of(operation: Callable[[], None]) -> int:
    """Run the operation and return how many statements it took."""
    statements = []

    def count(execute: Any, sql: str, *args: Any) -> Any:
        statements.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(count):
        operation()
    return len(statements)


def check_that_all_is_well(committed_tenant: Tenant) -> None:
    assert audit.first_fault(committed_tenant.pk) is None
    connection.check_constraints()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


@pytest.mark.sweep(on="postgresql")
@EACH_OPERATION
def test_operation_killed_after_any_statement_saves_nothing(
    committed_tenant: Tenant, before: tuple[int, ...], operation: Any, rows: tuple[int, ...]
) -> None:
    steps = statements_of(partial(operation, committed_tenant, 1))
    one = counts()
    assert one == sum_of(before, rows)
    assert steps > 10

    for step in range(1, steps + 1):
        run_until_killed(partial(die_at_statement, step, partial(operation, committed_tenant, 2)))
        assert counts() == one, f"killed after statement {step} of {steps}"

    check_that_all_is_well(committed_tenant)
    operation(committed_tenant, 2)  # nothing prevents another attempt
    assert counts() == sum_of(one, rows)
    check_that_all_is_well(committed_tenant)


@EACH_OPERATION
def test_operation_killed_at_the_commit_saves_all_or_nothing(
    committed_tenant: Tenant, before: tuple[int, ...], operation: Any, rows: tuple[int, ...]
) -> None:
    run_until_killed(partial(die_before_commit, partial(operation, committed_tenant, 1)))
    assert counts() == before
    run_until_killed(partial(die_after_commit, partial(operation, committed_tenant, 1)))
    assert counts() == sum_of(before, rows)

    check_that_all_is_well(committed_tenant)


def test_client_whose_secret_was_never_shown_is_listed_and_can_get_another(
    committed_tenant: Tenant,
) -> None:
    run_until_killed(partial(die_after_commit, partial(add_client, committed_tenant, 1)))

    page = client_page(committed_tenant.pk, client_type="client-credentials", now=NOW)
    assert [client.name for client in page.clients] == ["Pump 1"]
    assert Client.objects.get().secrets.live(NOW).count() == 1
    add_one_secret(committed_tenant, 2)
    assert Client.objects.get().secrets.live(NOW).count() == 2


def add_without_end(committed_tenant: Tenant, first: int) -> None:
    for number in range(first, first + 10_000):
        add_client(committed_tenant, number)


def test_operation_killed_at_any_time_under_load_saves_all_or_nothing(
    committed_tenant: Tenant,
) -> None:
    moments = random.Random(7)  # noqa: S311  moments, not secrets
    clients = 0

    def wait_for_more_clients() -> None:
        wait_until(lambda: Client.objects.count() > clients)
        time.sleep(moments.uniform(0, 0.1))  # at any step of a later one

    for attempt in range(1, 13):
        run_until_killed(
            partial(add_without_end, committed_tenant, 10_000 * attempt),
            wait=wait_for_more_clients,
        )
        clients = Client.objects.count()
        expected = tuple(clients * rows for rows in ONE_CLIENT)
        assert counts() == sum_of(expected, (0, 0, 0, 0, 0, 0, 1))

    check_that_all_is_well(committed_tenant)
