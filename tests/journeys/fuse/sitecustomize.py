"""Kills the server at a step of a transaction that a test has chosen.

Python imports a module of this name at its start if its folder is on PYTHONPATH; only that test
puts it there. The file ``fuse`` in DATA_DIR has the number of steps left. A step is a statement
that writes, the moment before a commit, or the moment after one.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

FUSE = Path(os.environ["DATA_DIR"]) / "fuse"
WRITES = ("INSERT", "UPDATE", "DELETE")


def burn(step: str) -> None:
    """Count the step; at the last one, end the worker and the server as a power cut would.

    Writes of housekeeping and of the process that sends mail do not count: Add does not make them.
    """
    is_beside = "worker" in sys.argv or threading.current_thread().name == "housekeeping"
    if is_beside or not FUSE.exists():
        return
    left = int(FUSE.read_text()) - 1
    FUSE.write_text(str(left))
    with FUSE.with_name("steps").open("a") as steps:
        steps.write(f"{step}\n")
    if left < 0:
        FUSE.unlink()
        os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def watch_statements(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Count the statements of a new connection that write."""
    connection.execute_wrappers.append(count_statement)


def count_statement(execute: Callable, sql: str, *rest: Any) -> Any:
    """Run the statement, then count it."""
    result = execute(sql, *rest)
    if sql.startswith(WRITES):
        burn(sql[:60])
    return result


commit = BaseDatabaseWrapper._commit


def counted_commit(connection: BaseDatabaseWrapper) -> Any:
    """Commit, with a step before it and one after it."""
    burn("before COMMIT")
    commit(connection)
    burn("after COMMIT")


connection_created.connect(watch_statements)
BaseDatabaseWrapper._commit = counted_commit
