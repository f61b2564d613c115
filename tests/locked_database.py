"""Holds the lock of a running portal's database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.portal_process import PortalProcess


@contextmanager
def locked(portal: PortalProcess) -> Iterator[None]:
    """Hold SQLite's write lock, as another program may."""
    with closing(sqlite3.connect(portal.data_dir / "portal.sqlite3", isolation_level=None)) as one:
        one.execute("BEGIN IMMEDIATE")
        yield
        one.execute("ROLLBACK")
