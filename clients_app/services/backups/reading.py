"""Proves a backup before any of it is written."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from clients_app import derived_keys
from clients_app.errors import PortalError
from clients_app.services.backups import contents
from clients_app.services.backups.proof import Proof
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

    @property
    def is_own(self) -> bool:
        """Whether an installation with this SECRET_KEY is proved to have written it."""
        return _key_of(self.about) is not None

    def parts(self) -> Iterator[tuple[contents.Part, list[Any]]]:
        """Yield the parts of the backup after the first, see ``contents.parts``.

        Errors: Unreadable, also at the end, where the file has changed.
        """
        found = self._parts()
        if next(found)[0] != self.about:
            raise Unreadable(self._path, "it has changed")
        yield from found

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
        if not self.is_own or any(lost):
            raise PortalError(_OTHER_KEY)

    def _proved(self) -> contents.Part:
        """Return the first part; read all others."""
        first: contents.Part = {}
        end: contents.Part = {}
        counts: Counter[str] = Counter()
        for part, batch in self._parts():
            first = first or part
            counts[part.get("table", "")] += len(batch)
            end = part
        if any(counts[label] != number for label, number in end["rows"].items()):
            raise Unreadable(self._path, "rows are missing")
        return first

    def _parts(self) -> Iterator[tuple[contents.Part, list[Any]]]:
        """Yield all parts.

        Errors: Unreadable, at the end also where another program wrote them.
        """
        lines = lines_of(self._path, self._identity)
        part: contents.Part = {}
        try:
            head = next(lines, b"")
            key = _key_of(_checked(json.loads(head or b"{}"), self._path))
            proof = Proof(key) if key else None
            lines = chain([head], lines)
            for part, batch in contents.parts(proof.over_all_but_last(lines) if proof else lines):
                yield part, batch
        except ValueError as error:
            raise Unreadable(self._path, str(error)) from error
        if "rows" not in part:
            raise Unreadable(self._path, "it has no end")
        if proof and not proof.fits(part.get("proof")):
            raise Unreadable(self._path, "another program wrote it")


def _checked(part: Any, path: Path) -> contents.Part:
    if not isinstance(part, dict) or part.get("format") != contents.FORMAT:
        raise Unreadable(path, "it was written by another program or version")
    return part


def _key_of(first: contents.Part) -> derived_keys.DerivedKey | None:
    """Return the key of the proof; None where SECRET_KEY is another."""
    return derived_keys.key_by_id(derived_keys.BACKUPS, str(first.get("under")))


def _is_lost(purpose: str, key_id: str) -> bool:
    return bool(key_id) and derived_keys.key_by_id(purpose, key_id) is None
