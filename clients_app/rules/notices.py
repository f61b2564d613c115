"""When a notice of a secret's end is due, and when one that did not arrive is tried again.

Source: NTC-2: 30, 14, 7 and 1 days before an end, and on its day.
"""

from datetime import date, datetime, timedelta
from typing import Final

STAGES: Final = (0, 1, 7, 14, 30)  # days before the end
TOLD_LATE: Final = 7  # days after an end on which it is still told, where nobody was told before
RETRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))


def stage_due(*, ends_on: date, made_on: date, today: date) -> int | None:
    """Return which of the STAGES a secret is in; None where there is nothing to tell.

    Units: dates of the installation's zone: on a day it is told of all that ends within it. A stage
    that was missed is told late, and one that began with the secret itself not at all.
    """
    left = (ends_on - today).days
    if left < -TOLD_LATE:
        return None
    stage = next((stage for stage in STAGES if left <= stage), None)
    if stage and (ends_on - made_on).days <= stage:
        return None
    return stage


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when a message is tried again after so many attempts; None: not any more."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
