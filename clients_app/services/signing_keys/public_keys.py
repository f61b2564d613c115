"""The public keys that verify our tokens: read from the database, cached by each process.

The cache answers while the database is away, and spares a query for tokens whose key is unknown.
Whether a key may still verify is looked up in the database, once the signature proves right.

Source: RFC 7517; KEY-3, KEY-5 and JWT-3.
"""

import logging
import time
from typing import Any, Final, NamedTuple

from django.db import Error as DatabaseError
from django.db.models import TextField
from jwt import PyJWK

from clients_app.models import SigningKey
from clients_app.models.prepared import Argument, Prepared

PUBLISHED: Final = (SigningKey.State.NEXT, SigningKey.State.ACTIVE, SigningKey.State.RETIRED)
TRUSTED: Final = (SigningKey.State.ACTIVE, SigningKey.State.RETIRED)
READ_AGAIN_AFTER_S: Final = 1.0  # for unknown keys, however many

log = logging.getLogger("clients_app.keys")


class KeySet(NamedTuple):
    """All published keys: as JSON (RFC 7517 section 5), and by kid."""

    jwks: dict[str, list[dict[str, Any]]]
    by_kid: dict[str, PyJWK]
    read_at_s: float  # by the monotonic clock


_cached: KeySet | None = None
_trusted: Final = Prepared(
    lambda: SigningKey.objects.filter(
        kid=Argument("kid", TextField()), state__in=TRUSTED
    ).values_list("kid")
)


def published_jwks() -> dict[str, list[dict[str, Any]]]:
    """Return the JWK Set, oldest key first; the cached one while the database is away.

    Errors: django.db.Error where the database is away and nothing is cached.
    """
    try:
        return read_key_set().jwks
    except DatabaseError as error:
        if _cached is None:
            raise
        log.error("The public keys cannot be read; serving the cached ones: %s", error)
        return _cached.jwks


def public_key_of(kid: str) -> PyJWK | None:
    """Return the published key ``kid``; unknown keys cost at most one query a second."""
    known = _cached or read_key_set()
    if kid not in known.by_kid and time.monotonic() - known.read_at_s > READ_AGAIN_AFTER_S:
        known = read_key_set()
    return known.by_kid.get(kid)


def ensure_cached(kid: str | None) -> None:
    """Read the keys again if ``kid``, which signs now, is not in the cache."""
    if kid is not None and (_cached is None or kid not in _cached.by_kid):
        read_key_set()


def is_trusted(kid: str) -> bool:
    """Return whether signatures of this key are valid now: one query."""
    return bool(_trusted.rows(kid=kid))


def read_key_set() -> KeySet:
    """Return the published keys from the database, and cache them."""
    global _cached
    rows = SigningKey.objects.filter(state__in=PUBLISHED).order_by("created_at", "kid")
    read_at_s = time.monotonic()
    members = list(rows.values_list("public_jwk", flat=True))
    parsed = _cached.by_kid if _cached else {}
    by_kid = {jwk["kid"]: parsed.get(jwk["kid"]) or PyJWK(jwk) for jwk in members}
    found = _cached = KeySet({"keys": members}, by_kid, read_at_s)
    return found


def forget() -> None:
    """Clear the cache."""
    global _cached
    _cached = None
