"""Rows that may be lost in a crash: recent failures, guesses and assertions, and the shared cache.

On SQLite a flood of them would block all other writers, so they have their own file, which may be
deleted at any time (``portal/storage``). On PostgreSQL they are UNLOGGED tables.
"""

from typing import Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

ALIAS: Final = "short_lived"  # of their database, if they have their own
NAMES: Final = {"failurecount", "guesscount", "sharedvalue", "usedassertion"}


class RowNumber(models.BigIntegerField):
    """A number of 64 bits, by which SQLite finds a row without an index.

    An index of random keys takes as long to write as the rows.
    Source: https://www.sqlite.org/rowidtable.html
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class _Row(models.Model):
    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class FailureCount(_Row):
    """How many credentials from a source were refused in the minute that began at ``since``."""

    source = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    since = models.BigIntegerField()  # seconds since 1970


class GuessCount(_Row):
    """How many wrong passwords or codes were tried, and when the next guess may be."""

    subject = models.CharField(max_length=64, primary_key=True)  # a digest
    guesses = models.PositiveIntegerField()
    next_at = models.BigIntegerField()  # seconds since 1970


class UsedAssertion(_Row):
    """An assertion that authenticated a client, until it has expired: none is accepted twice."""

    key = RowNumber(primary_key=True)  # the first bytes of a digest
    ends_at = models.BigIntegerField()  # seconds since 1970


class SharedValue(_Row):
    """A value of the cache that all processes share, as JSON."""

    name = models.CharField(max_length=250, primary_key=True)
    value = models.TextField()
    expires_at = models.FloatField()  # seconds since 1970
