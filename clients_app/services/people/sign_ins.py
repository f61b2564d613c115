"""Events of people who come, go, and confirm their identity (AUD-3)."""

from datetime import datetime

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import Person


def note_sign_in(person: Person, *, actor: Actor, now: datetime) -> None:
    """Record that ``person`` signs in; call it first, so that without its event nobody does."""
    with transaction.atomic():
        audit.record("person.signed.in", person, actor=actor, now=now)


def note_sign_out(person: Person, *, actor: Actor, now: datetime) -> None:
    """Record that ``person`` signs out."""
    with transaction.atomic():
        audit.record("person.signed.out", person, actor=actor, now=now)


def note_proof(person: Person, *, actor: Actor, now: datetime) -> None:
    """Record that ``person`` has confirmed their identity, before an operation that gives power."""
    with transaction.atomic():
        audit.record("session.confirmed", person, actor=actor, now=now)
