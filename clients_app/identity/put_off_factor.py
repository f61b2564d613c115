"""Putting off a required second factor: for a week after the first sign-in (POL-2)."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from clients_app.identity.factor_status import lacks_demanded_factor
from clients_app.identity.person import person_of
from clients_app.limits import FACTOR_PUT_OFF_DAYS
from clients_app.models import Person

_PUT_OFF: Final = "factor_put_off"  # in the session


def must_set_up_factor(request: HttpRequest, *, now: datetime) -> bool:
    """Return whether the person must set up a second factor before anything else opens."""
    person = person_of(request)
    if not lacks_demanded_factor(person):
        return False
    return not (request.session.get(_PUT_OFF) and put_off_until(person, now=now))


def put_off_until(person: Person, *, now: datetime) -> datetime | None:
    """Return until when the person may put it off; None if they may not, or not any more.

    Staff may not, because they act in every tenant, nor may anybody with REQUIRE_MFA.
    """
    first = person.first_signed_in_at
    if settings.REQUIRE_MFA or person.is_staff or first is None:
        return None
    end: datetime = first + timedelta(days=FACTOR_PUT_OFF_DAYS)
    return end if now < end else None


def put_off(request: HttpRequest) -> None:
    """Let all pages open until the session ends."""
    request.session[_PUT_OFF] = True
