"""Proves a backup before any of it is written."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from clients_app import derived_keys
from clients_app.errors import PortalError
from clients_app.services.backups import contents
from clients_app.services.backups.sealed_files import Unreadable, lines_of

_OTHER_KEY: Final = (
    "The backup belongs to another SECRET_KEY than this one. Nothing was changed. Put the key that "
    "was kept with it into SECRET_KEY or SECRET_KEY_FILE, or into SECRET_KEY_FALLBACKS if it was "
    "changed since."
)


class Backup:
    """A file that was read to its end once, and is what `manage.py backup` wrote."""

    def __init__(self, path: Path, identity: str) -> None:
        """Errors: Unreadable; PortalError where the private key does not fit."""
        self._path, self._identity = path, identity
        self.about = self._proved()

    @property
    def made_at(self) -> datetime:
        """The moment that the backup holds, or shortly before."""
        return datetime.fromisoformat(self.about["made_at"])

    def heads(self) -> dict[UUID, tuple[int, str]]:
        """Return the number and digest of the last event of each tenant."""
        return {UUID(one["id"]): (one["sequence"], one["digest"]) for one in self.about["tenants"]}

    def parts(self) -> Iterator[tuple[contents.Part, list[Any]]]:
        """Yield the parts of the backup after the first, see ``contents.parts``.

        Errors: Unreadable, also at the end, where the file has changed.
        """
        found = contents.parts(lines_of(self._path, self._identity))
        try:
            next(found, None)
            yield from found
        except ValueError as error:
            raise Unreadable(self._path, str(error)) from error

    def refuse_other_installation(self) -> None:
        """Raise PortalError if this version or this SECRET_KEY cannot use the backup."""
        if self.about["migrations"] != contents.migrations_of_this_version():
            sentence = (
                "The backup was made by version %(theirs)s, which has other tables than "
                "%(own)s. Nothing was changed. Restore it with that version, then upgrade."
            )
            raise PortalError(sentence, theirs=self.about["version"], own=settings.VERSION)
        lost = [
            *(_is_lost(derived_keys.SIGNING_KEYS, one) for one in self.about["signing_keys_under"]),
            *(_is_lost(derived_keys.AUDIT_CHAIN, one["under"]) for one in self.about["tenants"]),
        ]
        if any(lost):
            raise PortalError(_OTHER_KEY)

    def _proved(self) -> contents.Part:
        """Return the first part; read all others."""
        first, end = None, None
        counts: Counter[str] = Counter()
        try:
            for part, batch in contents.parts(lines_of(self._path, self._identity)):
                if first is None:
                    first = _checked(part, self._path)
                counts[part.get("table", "")] += len(batch)
                end = part
        except ValueError as error:
            raise Unreadable(self._path, str(error)) from error
        if first is None or end is None or "rows" not in end:
            raise Unreadable(self._path, "it has no end")
        if any(counts[label] != number for label, number in end["rows"].items()):
            raise Unreadable(self._path, "rows are missing")
        return first


def _checked(part: contents.Part, path: Path) -> contents.Part:
    if part.get("format") != contents.FORMAT:
        raise Unreadable(path, "it was written by another program or version")
    return part


def _is_lost(purpose: str, key_id: str) -> bool:
    return bool(key_id) and derived_keys.key_by_id(purpose, key_id) is None
