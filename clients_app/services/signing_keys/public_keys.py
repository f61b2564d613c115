"""The public keys that verify our tokens: read from the database, remembered by each process.

What is remembered answers while the database does not, and spares a query to tokens whose key is
unknown; whether the key of a token still counts is asked of the database, once its signature is
found right.

Source: RFC 7517; KEY-3, KEY-5 and JWT-3.
"""

import logging
import time
from typing import Any, Final, NamedTuple

from django.db import Error as DatabaseError
from jwt.algorithms import get_default_algorithms

from clients_app.models import SigningKey

PUBLISHED: Final = (SigningKey.State.NEXT, SigningKey.State.ACTIVE, SigningKey.State.RETIRED)
COUNTING: Final = (SigningKey.State.ACTIVE, SigningKey.State.RETIRED)
ASK_AGAIN_AFTER_S: Final = 1.0  # for keys that are unknown, however many

log = logging.getLogger("clients_app.keys")
_algorithms: Final = get_default_algorithms()


class PublicKey(NamedTuple):
    """A key that verifies signatures of one algorithm."""

    algorithm: str
    key: Any


class KeySet(NamedTuple):
    """All published keys when they were read: as JSON (RFC 7517 section 5), and by kid."""

    jwks: dict[str, list[dict[str, Any]]]
    by_kid: dict[str, PublicKey]
    read_at_s: float  # by the monotonic clock


_remembered: KeySet | None = None


def published_jwks() -> dict[str, list[dict[str, Any]]]:
    """Return the JWK Set, oldest key first; what was read last while the database is away.

    Errors: django.db.Error where the database is away and nothing was read before.
    """
    try:
        return read_key_set().jwks
    except DatabaseError as error:
        known = _remembered
        if known is None:
            raise
        log.error("The public keys cannot be read, the last ones are served: %s", error)
        return known.jwks


def public_key_of(kid: str) -> PublicKey | None:
    """Return the published key ``kid``, from memory where it is known there.

    Keys that are unknown cost a query a second, however many are asked for.
    """
    known = _remembered or read_key_set()
    if kid not in known.by_kid and time.monotonic() - known.read_at_s > ASK_AGAIN_AFTER_S:
        known = read_key_set()
    return known.by_kid.get(kid)


def know(kid: str | None) -> None:
    """Remember the keys anew if ``kid``, which signs at this moment, is not among them."""
    if kid is not None and (_remembered is None or kid not in _remembered.by_kid):
        read_key_set()


def counts_now(kid: str) -> bool:
    """Tell whether signatures of this key count at this moment: one query."""
    return SigningKey.objects.filter(kid=kid, state__in=COUNTING).exists()


def read_key_set() -> KeySet:
    """Return the published keys as the database has them, and remember them."""
    global _remembered
    rows = SigningKey.objects.filter(state__in=PUBLISHED).order_by("created_at", "kid")
    read_at_s = time.monotonic()
    members = list(rows.values_list("public_jwk", flat=True))
    before = _remembered.by_kid if _remembered else {}
    by_kid = {jwk["kid"]: before.get(jwk["kid"]) or _public_key(jwk) for jwk in members}
    found = _remembered = KeySet({"keys": members}, by_kid, read_at_s)
    return found


def forget() -> None:
    """Read the keys anew at the next look."""
    global _remembered
    _remembered = None


def _public_key(jwk: dict[str, Any]) -> PublicKey:
    algorithm: Any = _algorithms[jwk["alg"]]
    return PublicKey(jwk["alg"], algorithm.from_jwk(jwk))
