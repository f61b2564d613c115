"""The people of a tenant: adding them, and changing their password, roles and access."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, Forbidden, NotFound, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import EMAIL_MAX, PERSON_NAME_MAX
from clients_app.models import CalendarFeed, Person, Role
from clients_app.permissions import Action, require
from clients_app.rules.names import clean_line, clean_username, key_of
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.clients.sort_columns import update_clients_owned_by
from clients_app.services.locks import lock_tenant, refuse_stale
from clients_app.services.roles.roles import roles_with_member


def add_person(
    username: str,
    *,
    role_ids: frozenset[UUID],
    actor: Actor,
    now: datetime,
    name: str = "",
    email: str = "",
    password: str | None = None,
    is_staff: bool = False,
    confirms_administrator: bool = True,
) -> Person:
    """Add a person to the actor's tenant, with Tenant Member among the roles.

    Without ``password`` they cannot sign in until they follow a one-time link.
    ``confirms_administrator`` is the second checkbox that Tenant Administrator needs on screens.
    Errors: RuleBroken (username, name, email, password, roles, confirms_administrator, is_staff);
    Conflict if the username or e-mail is taken in the installation, ignoring case; Forbidden.
    """
    username = clean_username(username)
    person = Person(
        tenant_id=actor.tenant_id,
        username=username,
        name=clean_line(name, maximum=PERSON_NAME_MAX, field="name"),
        email=clean_email(email),
        is_staff=is_staff,
    )
    if password is None:
        person.set_unusable_password()
    else:
        hash_password(person, password)
    with transaction.atomic():
        require(actor, Action.MANAGE_PEOPLE)
        if is_staff and not actor.is_trusted:
            raise RuleBroken(_("Only the command line makes Staff."), field="is_staff")
        lock_tenant(actor.tenant_id)
        roles = roles_with_member(role_ids, tenant_id=actor.tenant_id)
        _refuse_unconfirmed(str(person), roles, confirms=confirms_administrator)
        save_unique(person, force_insert=True)
        person.roles.add(*roles)
        after = {"username": username, "roles": [role.name for role in roles], "is_staff": is_staff}
        audit.record("person.added", person, actor=actor, now=now, after=after)
    return person


def choose_password(person: Person, password: str, *, actor: Actor, now: datetime) -> None:
    """Set the password of ``person``. Errors: those of ``hash_password`` and ``save_password``."""
    hash_password(person, password)
    save_password(person, actor=actor, now=now)


def hash_password(person: Person, password: str) -> None:
    """Give ``person`` a password, before any transaction; ``save_password`` saves it.

    Errors: RuleBroken (password) if it is short, common or like the username.
    """
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise RuleBroken(" ".join(error.messages).replace("%", "%%"), field="password") from error
    person.set_password(password)


def save_password(person: Person, *, actor: Actor, now: datetime) -> None:
    """Save the password that ``person`` was given; earlier one-time links stop working.

    It accepts an invitation.
    What the person allowed applications ends too: somebody else may have signed in to them.

    Errors: Forbidden; NotFound for a person of another tenant.
    """
    with transaction.atomic():
        if actor.id != str(person.pk):
            require_may_manage(person, actor=actor)
        person.access_version += 1
        person.invitation_ends_at, person.must_mail_invitation = None, False
        invitation = ("invitation_ends_at", "must_mail_invitation")
        person.save(update_fields=["password", "access_version", *invitation])
        audit.record("person.password.chosen", person, actor=actor, now=now)


@transaction.atomic
def assign_person_roles(
    person: Person,
    role_ids: frozenset[UUID],
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
    confirms_administrator: bool = True,
) -> Person:
    """Give ``person`` exactly these roles and Tenant Member, from the next request on.

    ``confirms_administrator`` is as for ``add_person``.
    Errors: RuleBroken (roles), also if the tenant would lose its last Tenant Administrator;
    RuleBroken (confirms_administrator); ChangedMeanwhile; Forbidden; NotFound.
    """
    person = managed(person, actor=actor)
    roles = roles_with_member(role_ids, tenant_id=person.tenant_id)
    held = list(person.roles.order_by("name_key"))
    if roles == held:
        return person
    refuse_stale(person, expected_version)
    gained = [role for role in roles if role not in held]
    _refuse_unconfirmed(str(person), gained, confirms=confirms_administrator)
    if not any(role.is_administrator for role in roles):
        _refuse_last_administrator(person, field="roles")
    person.version += 1
    person.save(update_fields=["version"])
    person.roles.set(roles)
    before, after = ({"roles": [role.name for role in some]} for some in (held, roles))
    audit.record("person.roles.changed", person, actor=actor, now=now, before=before, after=after)
    return person


@transaction.atomic
def set_active(person: Person, *, active: bool, actor: Actor, now: datetime) -> Person:
    """Let ``person`` sign in, or refuse it and end their sessions, one-time and calendar links.

    Activating brings none of them back. If it is so already, nothing is recorded.
    Errors: RuleBroken for the last Tenant Administrator; Forbidden; NotFound.
    """
    person = managed(person, actor=actor)
    if person.is_active == active:
        return person
    if not active:
        _refuse_last_administrator(person)
        person.access_version += 1
        CalendarFeed.objects.filter(person=person).delete()
    person.is_active = active
    person.save(update_fields=["is_active", "access_version"])
    update_clients_owned_by(person)
    action = "person.activated" if active else "person.deactivated"
    audit.record(action, person, actor=actor, now=now)
    return person


def require_may_manage(person: Person, *, actor: Actor) -> None:
    """Raise an error if ``actor`` may not manage ``person``.

    Errors: NotFound for a person of another tenant; Forbidden, also for Staff, who have rights
    beyond the tenant.
    """
    if person.tenant_id != actor.tenant_id:
        raise NotFound(_("There is no such person."))
    require(actor, Action.MANAGE_PEOPLE)
    if person.is_staff and not (actor.is_trusted or actor.is_staff):
        raise Forbidden(_("Only Staff and the command line manage Staff."))


def managed(person: Person, *, actor: Actor) -> Person:
    """Return the current row of a person whom ``actor`` may manage.

    The tenant stays locked, so that two operations cannot both remove the last administrator.
    """
    lock_tenant(actor.tenant_id)
    row = Person.objects.filter(pk=person.pk).first()
    if row is None:
        raise NotFound(_("There is no such person."))
    require_may_manage(row, actor=actor)
    return row


def _refuse_unconfirmed(name: str, gained: Iterable[Role], *, confirms: bool) -> None:
    if not confirms and any(role.is_administrator for role in gained):
        sentence = _("Confirm that you want to make %(name)s a Tenant Administrator.")
        raise RuleBroken(sentence, field="confirms_administrator", name=name)


def _refuse_last_administrator(person: Person, *, field: str | None = None) -> None:
    if [one.pk for one in people_who_administer(person.tenant_id)[:2]] == [person.pk]:
        sentence = _("%(name)s is the last Tenant Administrator. Make somebody else one first.")
        raise RuleBroken(sentence, field=field, name=str(person))


def clean_email(text: str) -> str:
    """Return ``text`` as an email address, or empty; or raise RuleBroken (email)."""
    email = clean_line(text, maximum=EMAIL_MAX, field="email")
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            sentence = _("Enter an email address such as mara@example.com.")
            raise RuleBroken(sentence, field="email") from error
    return email


def save_unique(person: Person, **how: Any) -> None:
    """Save the row; names are unique in the installation, so locking a tenant is not enough.

    Forms find people by either, so nobody's username is the email of somebody else.
    ``how`` is as for ``Person.save``. Errors: Conflict (username, email).
    """
    others = Person.objects.exclude(pk=person.pk)
    if others.filter(email_key=key_of(person.username)).exists():
        raise _username_taken(person)
    if person.email and others.filter(username_key=key_of(person.email)).exists():
        raise _email_taken()
    try:
        with transaction.atomic():
            person.save(**how)
    except IntegrityError:
        if others.filter(username_key=person.username_key).exists():
            raise _username_taken(person) from None
        if person.email and others.filter(email_key=person.email_key).exists():
            raise _email_taken() from None
        raise


def _username_taken(person: Person) -> Conflict:
    sentence = _("The username %(username)s is taken. Enter another.")
    return Conflict(sentence, field="username", username=person.username)


def _email_taken() -> Conflict:
    sentence = _("This email address belongs to another person. Enter another.")
    return Conflict(sentence, field="email")
