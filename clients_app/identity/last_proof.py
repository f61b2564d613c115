"""When a person last proved who they are, and whether that is recent enough.

A proof holds 10 minutes. A window that asked for one when it opened may be sent for 10 minutes
more, so that there is time to fill it in (SES-5).
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.utils import timezone

from clients_app.identity.factor_status import has_factor
from clients_app.identity.person import person_of

LASTS: Final = timedelta(minutes=10)


def asks_code(request: HttpRequest) -> bool:
    """Return whether the proof is a code: for people with a second factor; else a password."""
    known: bool | None = getattr(request, "asks_code", None)
    if known is None:
        known = has_factor(person_of(request))
        request.asks_code = known  # type: ignore[attr-defined]  # kept for this request
    return known


def last_proof(request: HttpRequest) -> datetime | None:
    """Return when this session last gave what is asked for; a code is as good as a password."""
    moments = {"mfa": 0.0, "password": 0.0}
    for record in get_authentication_records(request, request.user):
        if record["method"] in moments:
            moments[record["method"]] = record["at"]
    by_password = moments["password"] > moments["mfa"] and not asks_code(request)
    moment = moments["password" if by_password else "mfa"]
    return datetime.fromtimestamp(moment, UTC) if moment else None


def has_fresh_proof(request: HttpRequest) -> bool:
    """Return whether the last proof is recent enough."""
    last, lasts = last_proof(request), getattr(request, "proof_lasts", LASTS)
    return last is not None and timezone.now() - last <= lasts


def hold_open(request: HttpRequest) -> None:
    """Give a window that asked for a proof when it opened the 10 minutes more, where it is sent."""
    if request.method not in {"GET", "HEAD"}:
        request.proof_lasts = 2 * LASTS  # type: ignore[attr-defined]  # for ``has_fresh_proof``
