"""Writes a backup of the database and the sealed events, while the portal serves (AVA-7).

The rows of one snapshot, read through the database's driver: it needs no `pg_dump` of the server's
version and no plain copy on the disk, writers do not wait, and both databases have one format.
SECRET_KEY is not in it.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS

from clients_app.errors import PortalError
from clients_app.services.backups import contents
from clients_app.services.backups.drafts import written_whole
from clients_app.services.backups.sealed_files import write_lines
from clients_app.services.backups.snapshots import snapshot


class Taken(NamedTuple):
    """A backup that was written."""

    about: contents.Part
    size: int  # bytes
    sha256: str


def take_backup(path: Path, recipients: Iterable[str], *, now: datetime) -> Taken:
    """Write a new file that only the owners of the ``recipients``, public keys, can read.

    Errors: PortalError, and there is no such file.
    """
    with written_whole(path) as file, snapshot(DEFAULT_DB_ALIAS):
        about = contents.about(DEFAULT_DB_ALIAS, now=now)
        lines = contents.lines_of_backup(DEFAULT_DB_ALIAS, about)
        try:
            size, sha256 = write_lines(lines, file, recipients)
        except FileNotFoundError as error:
            sentence = (
                "DATA_DIR lacks %(file)s, which `activity seal` wrote. Run this command on the "
                "machine that has it, or copy it from there."
            )
            raise PortalError(sentence, file=error.filename) from error
    return Taken(about, size, sha256)
