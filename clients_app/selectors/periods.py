"""How far back reads go, and how long expired and removed rows are listed."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from clients_app.rules.health import UNUSED_AFTER

EXPIRED_LISTED: Final = timedelta(days=90)  # how long an expired secret is shown
DAY: Final = timedelta(days=1)
MONTH: Final = timedelta(days=30)
RECENT: Final = timedelta(days=7)
RESTORABLE: Final = timedelta(days=30)  # how long a removed client can be restored
EXPIRING: Final = timedelta(days=30)  # a secret that expires sooner needs attention
UNUSED: Final = UNUSED_AFTER
OLD: Final = timedelta(days=365)  # a secret this old should be rotated


class Period(NamedTuple):
    """From the first moment on, and before the second."""

    start: datetime
    end: datetime
