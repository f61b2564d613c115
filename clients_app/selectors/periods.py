"""How far back the reads look, and for how long what ended is still there."""

from datetime import timedelta
from typing import Final

EXPIRED_LISTED: Final = timedelta(days=90)  # how long an expired secret stays on the screen
DAY: Final = timedelta(days=1)
RECENT: Final = timedelta(days=7)
RESTORABLE: Final = timedelta(days=30)  # how long a removed client can be restored
EXPIRING: Final = timedelta(days=30)  # a secret that ends sooner needs attention
UNUSED: Final = timedelta(days=90)
OLD: Final = timedelta(days=365)  # a secret that has not been replaced for so long
