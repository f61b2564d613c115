"""Sees where Argon2id runs."""

import pytest
from django.db import connection

from clients_app.identity.password_hashers import PasswordHasher


def depths_of_hashing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets, for each new hash, in how many savepoints it was made."""
    depths: list[int] = []
    encode = PasswordHasher.encode

    def seen(self: PasswordHasher, *words: str) -> str:
        depths.append(len(connection.savepoint_ids))
        return encode(self, *words)

    monkeypatch.setattr(PasswordHasher, "encode", seen)
    return depths
