"""The database for short-lived rows: a second file with SQLite, unlogged tables on PostgreSQL."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, router, transaction

from clients_app.models import FailureCount, Tenant
from clients_app.services.failure_limits import count_failure, reset
from clients_app.services.shared_cache import SharedCache
from tests.moments import NOW

SOURCE = "192.0.2.1"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A new database file on SQLite; PostgreSQL does not use it."""
    path = tmp_path / "new.sqlite3"
    database = connections[router.db_for_read(FailureCount)]
    if connection.vendor == "sqlite":
        database.close()
        monkeypatch.setitem(database.settings_dict, "NAME", str(path))
    yield path
    reset()
    if connection.vendor == "sqlite":
        database.close()


def failures() -> int:
    return FailureCount.objects.get(source=SOURCE).failures


def test_a_deleted_file_is_created_again(file: Path) -> None:
    count_failure(SOURCE, now=NOW)
    for part in file.parent.iterdir():
        part.unlink()

    for _ in range(2):
        count_failure(SOURCE, now=NOW)
    assert failures() == (2 if connection.vendor == "sqlite" else 3)
    assert file.exists() == (connection.vendor == "sqlite")


def test_file_that_cannot_be_created_raises_an_error(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        return
    settings = connections["short_lived"].settings_dict
    with monkeypatch.context() as patch:
        patch.setitem(settings, "NAME", str(file / "missing" / "file"))
        with pytest.raises(DatabaseError):
            SharedCache("", {}).add("a", 1)


def test_failures_are_counted_during_a_write_to_the_main_database(file: Path) -> None:
    """In the main database they would wait for SQLite's only writer."""
    holds, ends = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Tenant.objects.create(name="Herons Ltd")
            holds.set()
            ends.wait(30)
        connections.close_all()

    writer = threading.Thread(target=hold)
    writer.start()
    assert holds.wait(30)
    try:
        for _ in range(3):
            assert count_failure(SOURCE, now=NOW) == 0
        assert failures() == 3
    finally:
        ends.set()
        writer.join()


def test_rows_are_not_durable(file: Path) -> None:
    FailureCount.objects.count()
    with connections[router.db_for_read(FailureCount)].cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (0,)
        else:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"
            )
            names = {name for (name,) in cursor.fetchall()}
            assert names == {
                "clients_app_failurecount",
                "clients_app_guesscount",
                "clients_app_sharedvalue",
                "clients_app_usedassertion",
            }


def test_tables_are_in_exactly_one_database(file: Path) -> None:
    tables: dict[str, Any] = {
        alias: set(connections[alias].introspection.table_names()) for alias in connections
    }
    assert "clients_app_failurecount" in tables.pop(router.db_for_read(FailureCount))
    assert all("clients_app_failurecount" not in names for names in tables.values())
