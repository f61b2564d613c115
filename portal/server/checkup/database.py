"""The database: its version, how it is set, its tables, its connections and its clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from clients_app.management.schema import refuse_other_versions
from portal.server.checkup.findings import Finding, error, graded, ok, warning
from portal.server.request_threads import THREADS

_CLOCK_S: Final = 2.0
_CLOCK_MAX_S: Final = 10.0  # as far as a token may be issued in the future (docs/operations.md)
_WANTED: Final = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
_SPARE: Final = 5  # connections for operators and backups


def answers() -> bool:
    """Return whether the database answers.

    Errors: those of Django's database, where it does not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def check_database() -> Iterator[Finding]:
    """Its version and its settings."""
    answers()
    version, oldest = (
        connection.get_database_version(),
        connection.features.minimum_database_version,
    )
    numbers = [".".join(map(str, one or ())) for one in (version, oldest)]
    text, mend = f"{connection.display_name} {numbers[0]}", f"Use {numbers[1]} or newer."
    is_old = oldest is not None and version < oldest
    yield graded("database", text, mend, is_error=is_old, is_warning=False)
    yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()


def check_migrations() -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    refuse_other_versions()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        text = f"{len(plan)} migrations are not applied"
        yield error("migrations", text, "Run `manage.py migrate`, or start the server.")
    else:
        yield ok("migrations", "the tables are those of this version")


def check_clock() -> Iterator[Finding]:
    """Whether this machine and the database agree about the time."""
    if connection.vendor == "sqlite":
        yield ok(
            "clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC; compare it with another clock"
        )
        return
    before = datetime.now(UTC)
    [[theirs]] = _rows("SELECT clock_timestamp()")
    after = datetime.now(UTC)
    middle = before + (after - before) / 2
    off_s = abs((theirs - middle).total_seconds()) - (after - before).total_seconds() / 2
    yield graded(
        "clock",
        f"{max(off_s, 0):.1f} s apart from that of the database",
        "Keep the clocks of all machines in sync (NTP): tokens expire to the second.",
        is_error=off_s > _CLOCK_MAX_S,
        is_warning=off_s > _CLOCK_S,
    )


def _sqlite() -> Iterator[Finding]:
    found = {name: _rows(f"PRAGMA {name}")[0][0] for name in _WANTED}
    wrong = [f"{name} is {found[name]}" for name, value in _WANTED.items() if found[name] != value]
    if wrong:
        mend = "Take `init_command` out of DATABASE_URL."
        yield error("database", ", ".join(wrong), mend)
    damage = _rows("PRAGMA quick_check(1)")[0][0]
    if damage == "ok":
        yield ok("database", "the file is whole (quick_check)")
    else:
        mend = "Stop the server, keep the file, and restore a backup."
        yield error("database", f"the file is damaged: {damage}", mend)


def _postgresql() -> Iterator[Finding]:
    isolation = _rows("SHOW default_transaction_isolation")[0][0]
    if isolation != "read committed":
        mend = "Set it to `read committed` for this user and database."
        yield error("database", f"default_transaction_isolation is {isolation}", mend)
    is_encrypted = _rows("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    host = str(connection.settings_dict["HOST"])
    is_remote = bool(host) and not host.startswith("/") and host not in {"localhost", "127.0.0.1"}
    if is_remote and not (is_encrypted and is_encrypted[0][0]):
        mend = "Add `?sslmode=verify-full` to DATABASE_URL."
        yield warning("database", f"the connection to {host} is not encrypted", mend)
    yield _budget()


def _budget() -> Finding:
    """Compare the connections of this node with what the server has left."""
    needed = settings.WORKERS * (THREADS + 1) + 2  # housekeeping of each; the worker's two threads
    [[limit, reserved]] = _rows(
        "SELECT current_setting('max_connections')::int, "
        "current_setting('superuser_reserved_connections')::int"
    )
    used = _rows("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")[0][
        0
    ]
    usable = limit - reserved
    return graded(
        "connections",
        f"this node needs up to {needed}; the server has {usable}, {used} of them in use now",
        "Raise max_connections, lower WORKERS, or use PgBouncer.",
        is_error=needed > usable,
        is_warning=needed + _SPARE > usable or used + _SPARE > usable,
    )


def _rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
