"""Databases as text: all tables and rows, one statement for each row, with the names of columns."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg

from clients_app import data_files
from tests.portal_process import PortalProcess

#: of no use elsewhere: commands of psql, settings of the session, names of owners
_LEFT_OUT = re.compile(r"^(\\|--|SET |SELECT pg_catalog\.set_config)")
BEGINS_ROW = "INSERT INTO "


def dump_of(portal: PortalProcess) -> str:
    """Return the database of a stopped portal."""
    if not portal.database_url:
        with closing(sqlite3.connect(portal.data_dir / data_files.DATABASE)) as connection:
            return "".join(f"{line}\n" for line in _of_sqlite(connection))
    command = [_pg_dump(), "--column-inserts", "--no-owner", "--no-acl", portal.database_url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in text.splitlines() if line and not _LEFT_OUT.match(line)]
    return "".join(f"{line}\n" for line in lines)


def _pg_dump() -> str:
    """Return the program, which Debian has only in the folder of its version."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/pg_dump")
    return shutil.which("pg_dump") or max(map(str, folders))


def _of_sqlite(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield tables and rows first, then what would refuse or repeat them."""
    made = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    schema = connection.execute(made).fetchall()
    schema = [row for row in schema if not row[1].startswith("sqlite_")]
    for kind, name, sql in schema:
        if kind == "table":
            yield f"{sql};"
            info = connection.execute(f'PRAGMA table_xinfo("{name}")')
            columns = [row[1] for row in info if row[6] == 0]  # not those that are computed
            names = ", ".join(f'"{column}"' for column in columns)
            quoted = ", ".join(f'quote("{column}")' for column in columns)
            rows = f'SELECT {quoted} FROM "{name}"'  # noqa: S608  names of our own tables
            for row in connection.execute(rows):
                yield f'{BEGINS_ROW}"{name}" ({names}) VALUES ({", ".join(row)});'
    yield from (f"{sql};" for kind, _, sql in schema if kind != "table")


def load(dump: str, portal: PortalProcess) -> None:
    """Make the database of a portal that has not been started yet."""
    if portal.database_url:
        with psycopg.connect(portal.database_url) as connection:
            connection.execute(dump.encode())
        return
    portal.data_dir.mkdir(mode=0o700)
    file = portal.data_dir / data_files.DATABASE
    os.close(os.open(file, os.O_CREAT, 0o600))
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump)


def rows_of(dump: str) -> dict[str, list[str]]:
    """Return the statements that insert rows, by table."""
    found: dict[str, list[str]] = {}
    for statement in re.split(r"(?<=\);)\n", dump):
        if statement.startswith(BEGINS_ROW):
            table = re.sub(r'public\.|"', "", statement.removeprefix(BEGINS_ROW).split()[0])
            found.setdefault(table, []).append(statement)
    return found
