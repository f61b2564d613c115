"""Limits guesses at passwords and codes, over all processes.

Guesses are counted by subject, for example the username that strangers try. After GUESSES_FREE
wrong ones each next guess waits, twice as long as the one before: at most a dozen are weighed in an
hour. A guess is counted before it is weighed, and given back if it was right, so that guesses at
the same time gain nothing.

Source: SES-3.
"""

from datetime import datetime
from typing import Final, NamedTuple

from django.db import connections, router
from django.db.models import F
from django.utils.crypto import salted_hmac

from clients_app.models import GuessCount

GUESSES_FREE: Final = 5
FIRST_WAIT_S: Final = 60
LONGEST_WAIT_S: Final = 900
FORGOTTEN_AFTER_S: Final = 3600  # without a guess that was weighed
_CLEANED_EVERY_S: Final = 60

#: One statement, so that of guesses at the same time one is taken; no row: it must wait.
_TAKE: Final = f"""
INSERT INTO clients_app_guesscount AS t (subject, guesses, next_at) VALUES (%s, 1, %s)
ON CONFLICT (subject) DO UPDATE SET
  guesses = CASE WHEN t.next_at + {FORGOTTEN_AFTER_S} <= excluded.next_at THEN 1
    ELSE t.guesses + 1 END,
  next_at = excluded.next_at + CASE
    WHEN t.next_at + {FORGOTTEN_AFTER_S} <= excluded.next_at THEN 0
    WHEN t.guesses + 1 < {GUESSES_FREE} THEN 0
    WHEN t.guesses + 1 >= {GUESSES_FREE} + 4 THEN {LONGEST_WAIT_S}
    ELSE {FIRST_WAIT_S} << (t.guesses + 1 - {GUESSES_FREE}) END
WHERE t.next_at <= excluded.next_at
RETURNING guesses
"""  # noqa: S608  constants only

_last_cleaning: Final = [0]


class Taken(NamedTuple):
    """A guess: the seconds that it must wait, 0 if it may be weighed, and which one it is."""

    subject: str
    wait_s: int
    number: int = 0

    @property
    def is_last_free(self) -> bool:
        """True if the next guess waits, should this one be wrong, and did not wait before."""
        return self.number == GUESSES_FREE


def take_guess(*subject: str, now: datetime) -> Taken:
    """Count a guess at what ``subject`` names, which is stored as a digest.

    People type passwords as usernames.
    """
    digest = salted_hmac("guess", repr(subject), algorithm="sha256").hexdigest()
    second = int(now.timestamp())
    _remove_forgotten(second)
    with connections[router.db_for_write(GuessCount)].cursor() as cursor:
        cursor.execute(_TAKE, (digest, second))
        if row := cursor.fetchone():
            return Taken(digest, 0, row[0])
    next_at = GuessCount.objects.filter(subject=digest).values_list("next_at", flat=True).first()
    return Taken(digest, max(1, (next_at or 0) - second))


def give_back(guess: Taken, *, now: datetime) -> None:
    """Forget a guess that was right."""
    row = GuessCount.objects.filter(subject=guess.subject, guesses__gt=0)
    row.update(guesses=F("guesses") - 1, next_at=int(now.timestamp()))


def _remove_forgotten(second: int) -> None:
    if second - _last_cleaning[0] >= _CLEANED_EVERY_S:
        _last_cleaning[0] = second
        GuessCount.objects.filter(next_at__lte=second - FORGOTTEN_AFTER_S).delete()
