"""Which addresses each secret is used from: each pair is written once an hour by each process.

A token request only looks into a dictionary. ``services/alerts`` decides what is news.
"""

from datetime import datetime
from typing import Final

from clients_app.rules.alerts import place_of
from clients_app.services.usage import upserts
from clients_app.services.usage.pending_counts import PendingCounts, Seen, merge

Use = tuple[int, str]  # a secret and an address

WAITING_MAX: Final = 2_000  # in one batch; others are noted when they are used again
_WRITTEN_MAX: Final = 100_000  # in memory

_ADD: Final = """
INSERT INTO clients_app_secretaddress (secret_id, address, first_at, last_at, is_judged)
SELECT s.id, %s, %s, %s, %s FROM clients_app_clientsecret s WHERE s.id = %s
ON CONFLICT (secret_id, address) DO UPDATE SET
  last_at = CASE WHEN excluded.last_at >= clients_app_secretaddress.last_at
    THEN excluded.last_at ELSE clients_app_secretaddress.last_at END
"""

used: Final[PendingCounts[Use]] = PendingCounts()
written: Final[dict[Use, int]] = {}  # in which hour


def note(secret_id: int, address: str, *, hour: int, now: datetime) -> None:
    """Note that the secret was used from ``address``, empty if unknown; ``hour`` is since 1970."""
    use = secret_id, address
    if written.get(use) != hour and address and (len(used) < WAITING_MAX or use in used):
        used.add(use, at=now, address=address)


def flush() -> None:
    """Write what was noted.

    Errors: django.db.Error; what was not written is kept.
    """
    used.write(_add, order=lambda use: use)


def _add(uses: dict[Use, Seen]) -> None:
    places: dict[Use, Seen] = {}
    for (secret_id, address), seen in uses.items():
        merge(places, (secret_id, place_of(address)), seen)
    rows = (
        (upserts.address(place), seen.first_at, seen.last_at, False, secret_id)
        for (secret_id, place), seen in sorted(places.items())
    )
    upserts.run((_ADD, rows))
    if len(written) > _WRITTEN_MAX:
        written.clear()
    written.update((use, int(seen.last_at.timestamp()) // 3600) for use, seen in uses.items())
