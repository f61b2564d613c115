"""Rows that may be lost in a crash: recent failures, guesses and assertions, and the shared cache.

On SQLite a flood of them would block all other writers, so they have their own file, which may be
deleted at any time (``portal/storage``). On PostgreSQL they are UNLOGGED tables.
"""

from typing import Final

from django.db import models

ALIAS: Final = "short_lived"  # of their database, if they have their own
NAMES: Final = {"failurecount", "guesscount", "sharedvalue", "usedassertion"}


class FailureCount(models.Model):
    """How many credentials from a source were refused in the minute that began at ``since``."""

    source = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    since = models.BigIntegerField()  # seconds since 1970

    def __str__(self) -> str:
        return self.source


class GuessCount(models.Model):
    """How many wrong passwords or codes were tried, and when the next guess may be."""

    subject = models.CharField(max_length=64, primary_key=True)  # a digest
    guesses = models.PositiveIntegerField()
    next_at = models.BigIntegerField()  # seconds since 1970

    def __str__(self) -> str:
        return self.subject


class UsedAssertion(models.Model):
    """An assertion that authenticated a client, until it has expired: none is accepted twice."""

    key = models.CharField(max_length=64, primary_key=True)  # a digest
    ends_at = models.BigIntegerField()  # seconds since 1970

    def __str__(self) -> str:
        return self.key


class SharedValue(models.Model):
    """A value of the cache that all processes share, as JSON."""

    name = models.CharField(max_length=250, primary_key=True)
    value = models.TextField()
    expires_at = models.FloatField()  # seconds since 1970

    def __str__(self) -> str:
        return self.name
