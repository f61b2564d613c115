"""The signed-in person behind a request."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest

from clients_app import conf
from clients_app.models import Person


def person_of(request: HttpRequest) -> Person:
    """Return the signed-in person."""
    assert isinstance(request.user, Person)  # noqa: S101  narrows the type; AUTH_USER_MODEL
    return request.user


def zone_of(person: Person) -> ZoneInfo:
    """Return the person's own time zone, or the installation's if they have none."""
    return ZoneInfo(person.time_zone) if person.time_zone else conf.installation_zone()
