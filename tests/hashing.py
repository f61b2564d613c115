"""Sees where Argon2id runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import argon2
import pytest
from django.db import connection

from clients_app.identity.password_hashers import PasswordHasher


@contextmanager
def hashing_outside_transactions() -> Iterator[list[int]]:
    """Check that Argon2id runs in no transaction that the block begins: writers would wait for it.

    Yields the list of how many transactions were open, for each run.
    """
    outside, depths = len(connection.atomic_blocks), list[int]()

    def watch(patch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        real = getattr(owner, name)

        def seen(*words: Any, **options: Any) -> Any:
            depths.append(len(connection.atomic_blocks))
            return real(*words, **options)

        patch.setattr(owner, name, seen)

    with pytest.MonkeyPatch.context() as patch:
        watch(patch, PasswordHasher, "encode")  # a new password
        watch(patch, argon2.PasswordHasher, "hash")  # a new secret
        watch(patch, argon2.PasswordHasher, "verify")  # either of them
        yield depths
    assert set(depths) <= {outside}
