"""Stale forms: each row that people edit counts its changes, and an edit says which it saw."""

from typing import Protocol

from clients_app.errors import ChangedMeanwhile


class Versioned(Protocol):
    version: int


def refuse_stale(row: Versioned, expected_version: int | None, *, by: str = "") -> None:
    """Return if ``row``, which is locked, is as the editor saw it; None: they saw no form.

    Call it only where something would change: what is sent twice overwrites nothing.
    ``by`` is who changed the row last, where that is known.
    Errors: ChangedMeanwhile.
    """
    if expected_version is not None and row.version != expected_version:
        raise ChangedMeanwhile(by)
