"""The rows of ``models/passing_tables``: written by every process, past Django's transactions."""

import sqlite3
import threading
from typing import Any, Final

from django.db import OperationalError, connection

from clients_app import conf
from clients_app.models.passing_tables import FAILED_ATTEMPTS, SHARED_VALUES

FILE: Final = "passing.sqlite3"
_FILE_WAIT_S: Final = 0.2  # for other processes

_of_this_thread: Final = threading.local()


def execute(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return the rows that ``statement`` yields, its values marked by ``%s``.

    Errors: those of Django's database.
    """
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
    try:
        return _file().execute(statement.replace("%s", "?"), values).fetchall()
    except sqlite3.Error as error:
        raise OperationalError(str(error)) from error


def _file() -> sqlite3.Connection:
    """Return this thread's connection to the file beside the database; made when it is missing."""
    path = conf.data_dir() / FILE
    if not path.exists() or getattr(_of_this_thread, "path", None) != path:
        file = sqlite3.connect(path, timeout=_FILE_WAIT_S, isolation_level=None)
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=OFF")  # nothing in it need survive a power cut
        for table in (FAILED_ATTEMPTS, SHARED_VALUES):
            file.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        _of_this_thread.file, _of_this_thread.path = file, path
    return _of_this_thread.file
