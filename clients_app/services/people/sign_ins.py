"""Audit events of people who sign in, sign out, and confirm their identity (AUD-3)."""

from datetime import datetime

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import Person


@transaction.atomic
def record_sign_in(
    person: Person, *, actor: Actor, now: datetime, provider: str = "", passkey: str = ""
) -> None:
    """Record that ``person`` signs in; call it first, so that nobody signs in without the event.

    ``provider`` is the name of that of single sign-on, ``passkey`` that of the one they used.
    It accepts an invitation.
    """
    if person.first_signed_in_at is None:
        Person.objects.filter(pk=person.pk, first_signed_in_at=None).update(first_signed_in_at=now)
        person.refresh_from_db(fields=["first_signed_in_at"])
    if person.is_invited:
        person.invitation_ends_at, person.must_mail_invitation = None, False
        person.save(update_fields=["invitation_ends_at", "must_mail_invitation"])
    used = {"provider": provider, "passkey": passkey}
    after = {name: value for name, value in used.items() if value}
    audit.record("person.signed.in", person, actor=actor, now=now, after=after)


@transaction.atomic
def record_sign_out(person: Person, *, actor: Actor, now: datetime) -> None:
    audit.record("person.signed.out", person, actor=actor, now=now)


@transaction.atomic
def record_proof(person: Person, *, actor: Actor, now: datetime) -> None:
    """Record that ``person`` has confirmed their identity, before an operation that requires it."""
    audit.record("session.confirmed", person, actor=actor, now=now)
