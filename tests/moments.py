"""Moments and durations that tests share; no test depends on the hour."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
IN_A_YEAR = NOW + timedelta(days=365)
