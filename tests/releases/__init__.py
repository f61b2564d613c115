"""Filled databases of former releases, as text, from which the suite upgrades."""

from pathlib import Path
from typing import Final

SECRET_KEY: Final = "the-key-of-filled-databases-of-former-releases-0123456789"


def folder_of(release: str) -> Path:
    """Return the folder of the dumps of a release, such as 0.2.0."""
    return Path(__file__).parent / release
