"""Invitations: people who are added without a password, and choose one with a one-time link."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from clients_app import audit, conf
from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import INVITATION_DAYS
from clients_app.models import Person
from clients_app.services.people.accounts import add_person, managed

LASTS: Final = timedelta(days=INVITATION_DAYS)


@transaction.atomic
def invite_person(
    username: str,
    *,
    role_ids: frozenset[UUID],
    confirms_administrator: bool,
    by_mail: bool,
    actor: Actor,
    now: datetime,
    name: str = "",
    email: str = "",
) -> Person:
    """Add a person to the actor's tenant who can accept the invitation for 7 days.

    Without ``username``, it is the email. ``by_mail`` has the worker mail the link; otherwise the
    caller shows it, once.
    Errors: those of ``add_person``; RuleBroken (email) if it is to be mailed and there is none, or
    there is nothing to sign in with; RuleBroken (by_mail) where the portal sends no mail.
    """
    if not (username.strip() or email.strip()):
        raise RuleBroken(_("Enter an email, or a username."), field="email")
    person = add_person(
        username if username.strip() else email,
        role_ids=role_ids,
        confirms_administrator=confirms_administrator,
        name=name,
        email=email,
        actor=actor,
        now=now,
    )
    _begin(person, by_mail=by_mail, now=now)
    ends = {"expires_at": person.invitation_ends_at}
    audit.record("person.invited", person, actor=actor, now=now, after=ends)
    return person


@transaction.atomic
def renew_invitation(person: Person, *, by_mail: bool, actor: Actor, now: datetime) -> Person:
    """Let ``person`` accept for another 7 days with a new link; the former ones stop working.

    Errors: Conflict if they have accepted; RuleBroken (email, by_mail); Forbidden; NotFound.
    """
    person = _invited(person, actor=actor)
    before = {"expires_at": person.invitation_ends_at}
    _begin(person, by_mail=by_mail, now=now)
    after = {"expires_at": person.invitation_ends_at}
    action = "person.invitation.renewed"
    audit.record(action, person, actor=actor, now=now, before=before, after=after)
    return person


@transaction.atomic
def withdraw_invitation(person: Person, *, actor: Actor, now: datetime) -> None:
    """Remove ``person``, who has not accepted; username and email can be used again.

    Errors: Conflict if they have accepted; Forbidden; NotFound.
    """
    person = _invited(person, actor=actor)
    Person.objects.filter(pk=person.pk).delete()
    audit.record("person.invitation.withdrawn", person, actor=actor, now=now)


def _begin(person: Person, *, by_mail: bool, now: datetime) -> None:
    if by_mail and not conf.sends_mail():
        raise RuleBroken(_("This portal sends no mail: MAIL_URL is not set."), field="by_mail")
    if by_mail and not person.email:
        raise RuleBroken(_("Enter an email to send the invitation to."), field="email")
    person.invitation_ends_at = now + LASTS
    person.must_mail_invitation, person.invitation_problem = by_mail, ""
    person.access_version += 1
    columns = ("invitation_ends_at", "must_mail_invitation", "invitation_problem")
    person.save(update_fields=[*columns, "access_version"])


def _invited(person: Person, *, actor: Actor) -> Person:
    row = managed(person, actor=actor)
    if not row.is_invited:
        sentence = _("%(name)s has accepted the invitation. Deactivate them instead.")
        raise Conflict(sentence, name=str(row))
    return row
