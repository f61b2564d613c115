"""Rows of which nothing needs to survive a crash: what was refused lately, and how often.

On SQLite a flood of them would hold up all other writers, so they have a file of their own, which
may be deleted at any time (``portal/storage``). On PostgreSQL they are UNLOGGED tables.
"""

from typing import Final

from django.db import models

ALIAS: Final = "short_lived"  # of their database, where they have one of their own
NAMES: Final = {"failurecount", "sharedvalue"}


class FailureCount(models.Model):
    """How many credentials from a source were refused in the minute that began at ``since``."""

    source = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    since = models.BigIntegerField()  # seconds since 1970

    def __str__(self) -> str:
        return self.source


class SharedValue(models.Model):
    """A value of the cache that all processes share, as JSON."""

    name = models.CharField(max_length=250, primary_key=True)
    value = models.TextField()
    ends = models.FloatField()  # seconds since 1970

    def __str__(self) -> str:
        return self.name
