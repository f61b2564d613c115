"""Add Client and Add Secret, killed by SIGKILL at each of their steps: all of it or nothing."""

import os
import random
import signal
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
from clients_app.services.secrets.changes import SecretDraft, add_secret
from tests.factories import NOW, command_line_in, make_client
from tests.faults.conftest import killed

TABLES = (IssuedClientId, Client, ClientRole, ClientTag, ClientSecret, UsedFormKey, AuditEvent)
ONE_CLIENT = (1, 1, 1, 1, 1, 1, 2)  # rows in each table; two events


def add_client(shop: Tenant, number: int) -> None:
    make_client(f"Pump {number}", shop, tags=("north",), form_key=f"key {number}")


def add_one_secret(shop: Tenant, number: int) -> None:
    client = Client.objects.get()
    draft = SecretDraft(expires_at=None)
    add_secret(client, draft, actor=command_line_in(shop), now=NOW, form_key=f"secret key {number}")


ONE_SECRET = (0, 0, 0, 0, 1, 1, 1)
DEEDS = {"Add Client": (add_client, ONE_CLIENT), "Add Secret": (add_one_secret, ONE_SECRET)}


def counts() -> tuple[int, ...]:
    return tuple(table._default_manager.count() for table in TABLES)


def sum_of(*rows: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def die_at_statement(last: int, deed: Callable[[], None]) -> None:
    """Do the deed; die as soon as its statement number ``last`` has been carried out."""
    done = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal done
        result = execute(*args)
        done += 1
        if done == last:
            die()
        return result

    with connection.execute_wrapper(count):
        deed()


def die_before_commit(deed: Callable[[], None]) -> None:
    connection._commit = die
    deed()


def die_after_commit(deed: Callable[[], None]) -> None:
    deed()
    die()


def statements_of(deed: Callable[[], None]) -> int:
    """Return how many statements the deed takes; it is done thereby."""
    statements = []

    def count(execute: Any, sql: str, *args: Any) -> Any:
        statements.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(count):
        deed()
    return len(statements)


def check_that_all_is_well(shop: Tenant) -> None:
    assert audit.first_fault(shop.pk) is None
    connection.check_constraints()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


@pytest.mark.parametrize(("deed", "rows"), DEEDS.values(), ids=DEEDS)
def test_killed_after_each_statement(shop: Tenant, deed: Any, rows: tuple[int, ...]) -> None:
    add_client(shop, 0)
    before = counts()
    steps = statements_of(partial(deed, shop, 1))
    one = counts()
    assert one == sum_of(before, rows)
    assert steps > 10

    for step in range(1, steps + 1):
        killed(partial(die_at_statement, step, partial(deed, shop, 2)))
        assert counts() == one, f"killed after statement {step} of {steps}"

    check_that_all_is_well(shop)
    deed(shop, 2)  # nothing is in the way of another try
    assert counts() == sum_of(one, rows)
    check_that_all_is_well(shop)


@pytest.mark.parametrize(("deed", "rows"), DEEDS.values(), ids=DEEDS)
def test_killed_at_the_commit(shop: Tenant, deed: Any, rows: tuple[int, ...]) -> None:
    add_client(shop, 0)
    before = counts()

    killed(partial(die_before_commit, partial(deed, shop, 1)))
    assert counts() == before
    killed(partial(die_after_commit, partial(deed, shop, 1)))
    assert counts() == sum_of(before, rows)

    check_that_all_is_well(shop)


def test_a_client_whose_secret_nobody_saw_is_listed_and_gets_another(shop: Tenant) -> None:
    killed(partial(die_after_commit, partial(add_client, shop, 1)))

    page = client_page(shop.pk, client_type="client-credentials", now=NOW)
    assert [(client.name, client.live_secrets) for client in page.clients] == [("Pump 1", 1)]
    add_one_secret(shop, 2)
    assert Client.objects.get().secrets.live(NOW).count() == 2


def add_without_end(shop: Tenant, first: int) -> None:
    for number in range(first, first + 10_000):
        add_client(shop, number)


def test_killed_at_any_moment_under_load(shop: Tenant) -> None:
    moments = random.Random(7)  # noqa: S311  moments, not secrets

    for attempt in range(1, 13):
        killed(partial(add_without_end, shop, 10_000 * attempt), after_s=moments.uniform(0.05, 0.3))
        clients = Client.objects.count()
        expected = tuple(clients * rows for rows in ONE_CLIENT)
        assert counts() == sum_of(expected, (0, 0, 0, 0, 0, 0, 1))

    assert clients
    check_that_all_is_well(shop)
