"""When a notice about an expiring secret is due, and when a failed message is retried.

Source: NTC-2: 30, 14, 7 and 1 days before an end, and on its day.
"""

from datetime import date, datetime, timedelta
from typing import Final

STAGES: Final = (0, 1, 7, 14, 30)  # days before the end
SENT_LATE: Final = 7  # days after the end on which a first notice is still sent
RETRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))


def stage_due(*, ends_on: date, made_on: date, today: date) -> int | None:
    """Return which of the STAGES a secret is in; None if no notice is due.

    Units: dates in the installation's zone. The notice of a missed stage is sent late; none is
    sent for a stage that a secret is in from its first day.
    """
    left = (ends_on - today).days
    if left < -SENT_LATE:
        return None
    stage = next((stage for stage in STAGES if left <= stage), None)
    if stage and (ends_on - made_on).days <= stage:
        return None
    return stage


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when a message is retried after so many attempts; None if it is not."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
