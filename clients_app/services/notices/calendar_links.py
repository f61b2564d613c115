"""Operations on the private addresses of calendars."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Forbidden, NotFound, gettext_noop
from clients_app.models import CalendarFeed, Person
from clients_app.permissions import Action, require


def create_feed(person: Person, *, actor: Actor, now: datetime) -> str:
    """Return the random part of a new address of the person's calendar, readable only now.

    A former address stops working. People create only their own.
    Errors: Forbidden; ProofRequired.
    """
    _require_self(person, actor=actor)
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(
            person=person, defaults={"digest": digest_of(key), "created_at": now}
        )
        audit.record("calendar.made", person, actor=actor, now=now)
    return key


def remove_feed(person: Person, *, actor: Actor, now: datetime) -> None:
    """Let the address of the person's calendar stop working.

    Errors: Forbidden; ProofRequired; NotFound where there is none.
    """
    _require_self(person, actor=actor)
    with transaction.atomic():
        if not CalendarFeed.objects.filter(person=person).delete()[0]:
            raise NotFound(gettext_noop("There is no calendar link."))
        audit.record("calendar.removed", person, actor=actor, now=now)


def _require_self(person: Person, *, actor: Actor) -> None:
    if actor.id != str(person.pk) and not actor.is_trusted:
        raise Forbidden(gettext_noop("You can only change your own calendar link."))
    require(actor, Action.SET_OWN_CALENDAR)


def digest_of(key: str) -> str:
    """Return what is stored of the random part of an address."""
    return hashlib.sha256(key.encode()).hexdigest()
