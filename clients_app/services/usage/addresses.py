"""Which addresses each secret and key is used from: each process writes each pair once an hour.

A token request only looks into a dictionary. ``services/alerts`` decides what is news.
"""

from datetime import datetime
from typing import Any, Final

from clients_app.rules.alerts import place_of
from clients_app.services.tokens.credentials import KEY, UNNAMED, Credential
from clients_app.services.usage import upserts
from clients_app.services.usage.pending_counts import PendingCounts, Seen, merge

Use = tuple[str, int, str]  # kind and id of a credential, and an address

WAITING_MAX: Final = 2_000  # in one batch; others are noted when they are used again
_WRITTEN_MAX: Final = 100_000  # in memory

_STATEMENT: Final = """
INSERT INTO clients_app_secretaddress (secret_id, address, first_at, last_at, is_judged)
SELECT s.id, %s, %s, %s, %s FROM clients_app_clientsecret s WHERE s.id = %s
ON CONFLICT (secret_id, address) DO UPDATE SET
  last_at = CASE WHEN excluded.last_at >= clients_app_secretaddress.last_at
    THEN excluded.last_at ELSE clients_app_secretaddress.last_at END
"""

#: by the kinds that are watched; jobs that a platform knows run anywhere
_ADD: Final = {
    UNNAMED: _STATEMENT,
    KEY: _STATEMENT.replace("secret_id", "key_id").replace("clientsecret", "clientkey"),
}

used: Final[PendingCounts[Use]] = PendingCounts()
written: Final[dict[Use, int]] = {}  # in which hour


def note(credential: Credential, address: str, *, hour: int, now: datetime) -> None:
    """Note that it was used from ``address``, empty if unknown; ``hour`` is since 1970."""
    use = credential.kind, credential.id, address
    if use[0] not in _ADD or not address:
        return
    if written.get(use) != hour and (len(used) < WAITING_MAX or use in used):
        used.add(use, at=now, address=address)


def flush() -> None:
    """Write what was noted.

    Errors: django.db.Error; what was not written is kept.
    """
    used.write(_add, order=lambda use: use)


def _add(uses: dict[Use, Seen]) -> None:
    places: dict[Use, Seen] = {}
    for (kind, row_id, address), seen in uses.items():
        merge(places, (kind, row_id, place_of(address)), seen)
    rows: dict[str, list[Any]] = {kind: [] for kind in _ADD}
    for (kind, row_id, place), seen in sorted(places.items()):
        row = upserts.address(place), seen.first_at, seen.last_at, False, row_id
        rows[kind].append(row)
    upserts.run(*((statement, rows[kind]) for kind, statement in _ADD.items()))
    if len(written) > _WRITTEN_MAX:
        written.clear()
    written.update((use, int(seen.last_at.timestamp()) // 3600) for use, seen in uses.items())
