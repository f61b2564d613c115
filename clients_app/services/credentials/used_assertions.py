"""Which assertions were used: one authenticates a client once, on one node (CRE-5).

What is stored may be lost in a crash or with its file. Then an assertion of the last minutes could
be used once more, by somebody who has read it on its way.
"""

import hashlib
import threading
from datetime import datetime
from typing import Any, Final

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper

from clients_app.models import UsedAssertion

#: One statement, because of two at the same time only one may be the first.
_ADD: Final = """
INSERT INTO clients_app_usedassertion (key, ends_at) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING
"""
_ADD_IN_SQLITE: Final = _ADD.replace("%s", "?")
_KEY_BYTES: Final = 8  # beside a million others, a new one looks used once in 18 trillion times
_local: Final = threading.local()


def use(client_id: str, jti: str, *, ends_at: float) -> bool:
    """Return True the first time; ``ends_at``, in seconds since 1970, is when nobody accepts it.

    Past Django's cursor, which takes longer than the statement.
    Errors: django.db.Error; then nobody knows.
    """
    digest = hashlib.sha256(f"{client_id} {jti}".encode("utf-8", "surrogatepass")).digest()
    values = (int.from_bytes(digest[:_KEY_BYTES], signed=True), int(ends_at) + 1)
    connection = _connection_of_this_thread()
    if connection.connection is None:  # the check of ensure_connection takes a microsecond
        connection.ensure_connection()
    driver: Any = connection.connection
    psycopg_or_sqlite: Any = connection.Database  # type: ignore[attr-defined]  # the stubs lack it
    try:
        if connection.vendor == "postgresql":
            done = driver.execute(_ADD, values, prepare=True)
        else:
            done = driver.execute(_ADD_IN_SQLITE, values)
    except psycopg_or_sqlite.Error:
        with connection.wrap_database_errors:  # only here: it takes two microseconds
            raise
    return bool(done.rowcount == 1)


def _connection_of_this_thread() -> BaseDatabaseWrapper:
    try:
        connection: BaseDatabaseWrapper = _local.connection
    except AttributeError:
        alias = router.db_for_write(UsedAssertion)
        connection = _local.connection = connections[alias]
    return connection


def delete_expired(*, now: datetime) -> None:
    """Forget assertions that are refused because they have expired: a chore."""
    UsedAssertion.objects.filter(ends_at__lt=int(now.timestamp())).delete()
