"""Filled databases of former releases, from which the suite upgrades.

`README.md` beside this file says how to make and how to read them.
"""

import gzip
from pathlib import Path
from typing import Final

SECRET_KEY: Final = "the-key-of-filled-databases-of-former-releases-0123456789"


def folder_of(release: str) -> Path:
    """Return the folder of the dumps of a release, such as 0.2.0."""
    return Path(__file__).parent / release


def dump_file(release: str, database: str) -> Path:
    """Return the file with the statements that make the database of a release."""
    return folder_of(release) / f"{database}.sql.gz"


def write_dump(release: str, database: str, dump: str) -> None:
    """Keep a dump. The same text makes the same file, because no time is written into it."""
    dump_file(release, database).write_bytes(gzip.compress(dump.encode(), mtime=0))


def read_dump(release: str, database: str) -> str:
    """Return the statements that make the database of a release."""
    return gzip.decompress(dump_file(release, database).read_bytes()).decode()
