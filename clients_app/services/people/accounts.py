"""Operations on people of a tenant."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, Forbidden, NotFound, RuleBroken, gettext_noop
from clients_app.limits import EMAIL_MAX, PERSON_NAME_MAX
from clients_app.models import Person, PersonRole
from clients_app.permissions import Action, require
from clients_app.rules.names import clean_line, clean_username, key_of
from clients_app.services.locks import lock_tenant
from clients_app.services.roles.roles import roles_to_carry


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
) -> Person:
    """Add a user of the portal to the actor's tenant; Tenant Member is always among the roles.

    Without ``password`` nobody can sign in until the person has followed a one-time link.
    Errors: RuleBroken (fields username, name, email, password, roles); Conflict where the
    username or e-mail is taken in the installation, ignoring case; Forbidden.
    """
    username = clean_username(username)
    person = Person(
        tenant_id=actor.tenant_id,
        username=username,
        name=clean_line(name, maximum=PERSON_NAME_MAX, field="name"),
        email=_clean_email(email),
        is_staff=is_staff,
    )
    _give_password(person, password)
    with transaction.atomic():
        require(actor, Action.MANAGE_PEOPLE)
        if is_staff and not actor.is_trusted:
            raise RuleBroken(gettext_noop("Only the command line makes Staff."), field="is_staff")
        lock_tenant(actor.tenant_id)
        roles = roles_to_carry(role_ids, tenant_id=actor.tenant_id)
        _insert(person)
        PersonRole.objects.bulk_create(PersonRole(person=person, role=role) for role in roles)
        after = {"username": username, "roles": [role.name for role in roles], "is_staff": is_staff}
        audit.record("person.added", person, actor=actor, now=now, after=after)
    return person


def choose_password(person: Person, password: str, *, actor: Actor, now: datetime) -> None:
    """Set the password of ``person``; links made before stop working.

    Errors: RuleBroken (field password) for one that is short, common or like the username;
    Forbidden; NotFound for a person of another tenant.
    """
    _give_password(person, password)
    with transaction.atomic():
        if actor.id != str(person.pk):
            require_charge_of(person, actor=actor)
        person.save(update_fields=["password"])
        audit.record("person.password.chosen", person, actor=actor, now=now)


def require_charge_of(person: Person, *, actor: Actor) -> None:
    """Return if ``actor`` may manage ``person``.

    Errors: NotFound for a person of another tenant, as if there were none; Forbidden, also for
    Staff, whose power reaches beyond the tenant.
    """
    if person.tenant_id != actor.tenant_id:
        raise NotFound(gettext_noop("There is no such person."))
    require(actor, Action.MANAGE_PEOPLE)
    if person.is_staff and not (actor.is_trusted or actor.is_staff):
        raise Forbidden(gettext_noop("Only Staff and the command line manage Staff."))


def _give_password(person: Person, password: str | None) -> None:
    if password is None:
        person.set_unusable_password()
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise RuleBroken(" ".join(error.messages).replace("%", "%%"), field="password") from error
    person.set_password(password)


def _clean_email(text: str) -> str:
    email = clean_line(text, maximum=EMAIL_MAX, field="email")
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            sentence = gettext_noop("Enter an e-mail address such as mara@example.com.")
            raise RuleBroken(sentence, field="email") from error
    return email


def _insert(person: Person) -> None:
    """Write the row; names are unique in the installation, so no lock of one tenant helps."""
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        _refuse_taken(person)
        raise


def _refuse_taken(person: Person) -> None:
    if Person.objects.filter(username_key=key_of(person.username)).exists():
        raise Conflict(
            gettext_noop("The username %(username)s is taken. Enter another."),
            field="username",
            username=person.username,
        )
    if person.email and Person.objects.filter(email_key=key_of(person.email)).exists():
        raise Conflict(
            gettext_noop("This e-mail address belongs to another person. Enter another."),
            field="email",
        )
