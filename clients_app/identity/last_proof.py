"""When a person last confirmed their identity, and whether that is recent enough.

A proof is valid for 10 minutes. A window that required one when it opened can be submitted for 10
more minutes, to leave time to fill it in (SES-5).
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.utils import timezone

from clients_app.identity.factor_status import has_factor
from clients_app.identity.person import person_of

LASTS: Final = timedelta(minutes=10)
BY_PROVIDER: Final = "socialaccount"  # allauth's name of the method
_METHODS: Final = {"password": "pwd", "mfa": "otp", "webauthn": "pop"}


def asks_code(request: HttpRequest) -> bool:
    """Return whether people confirm with a passkey or a code: those with a second factor do."""
    known: bool | None = getattr(request, "asks_code", None)
    if known is None:
        known = has_factor(person_of(request))
        request.asks_code = known  # type: ignore[attr-defined]  # kept for this request
    return known


def last_proof(request: HttpRequest) -> datetime | None:
    """Return when this session last had a proof; people with a second factor need that."""
    moments = {"mfa": 0.0, "password": 0.0, BY_PROVIDER: 0.0}
    for record in get_authentication_records(request, request.user):
        if record["method"] in moments:
            moments[record["method"]] = record["at"]
    moment = moments["mfa"] if asks_code(request) else max(moments.values())
    return datetime.fromtimestamp(moment, UTC) if moment else None


def proof_methods(request: HttpRequest) -> list[str]:
    """Return how this session's person proved who they are, by the names of RFC 8176."""
    records = get_authentication_records(request, request.user)
    kinds = {one["type"] if one.get("type") in _METHODS else one["method"] for one in records}
    used = {_METHODS[kind] for kind in kinds if kind in _METHODS}
    is_both = len(used) > 1 or "pop" in used  # a passkey, whose device verifies its person
    return sorted(used | {"mfa"} if is_both else used)


def has_fresh_proof(request: HttpRequest) -> bool:
    """Return whether the last proof is still valid."""
    last, lasts = last_proof(request), getattr(request, "proof_lasts", LASTS)
    return last is not None and timezone.now() - last <= lasts


def hold_open(request: HttpRequest) -> None:
    """Give a submitted window that required a proof when it opened 10 more minutes."""
    if request.method not in {"GET", "HEAD"}:
        request.proof_lasts = 2 * LASTS  # type: ignore[attr-defined]  # for ``has_fresh_proof``
