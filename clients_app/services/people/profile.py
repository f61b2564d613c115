"""The name and email of a person."""

from datetime import datetime

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.limits import PERSON_NAME_MAX
from clients_app.models import Person
from clients_app.rules.names import clean_line
from clients_app.services.locks import refuse_stale
from clients_app.services.people.accounts import clean_email, managed, save_unique


@transaction.atomic
def edit_person(
    person: Person,
    *,
    name: str,
    email: str,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Person:
    """Save name and email; one-time links that were made for another email stop working.

    Errors: RuleBroken (name, email); Conflict (email) if it belongs to somebody else;
    ChangedMeanwhile; Forbidden; NotFound.
    """
    after = {
        "name": clean_line(name, maximum=PERSON_NAME_MAX, field="name"),
        "email": clean_email(email),
    }
    person = managed(person, actor=actor)
    before = {"name": person.name, "email": person.email}
    if before == after:
        return person
    refuse_stale(person, expected_version)
    person.name, person.email = after["name"], after["email"]
    person.version += 1
    save_unique(person, update_fields=["name", "email", "version"])
    audit.record("person.edited", person, actor=actor, now=now, before=before, after=after)
    return person
