"""What the operations on second factors share: who may, locks, recovery codes, the last one."""

from typing import Any

from allauth.mfa.models import Authenticator

from clients_app.actors import Actor
from clients_app.errors import Conflict, Forbidden, gettext_noop
from clients_app.identity.allauth_internals import RecoveryCodes
from clients_app.identity.factor_status import has_factor, must_have_factor
from clients_app.models import Person
from clients_app.permissions import Action, require

_CODES = Authenticator.Type.RECOVERY_CODES


def require_self(person: Person, *, actor: Actor) -> None:
    """Raise an error if ``actor`` is not ``person``, or has to confirm that first."""
    if actor.id != str(person.pk):
        raise Forbidden(gettext_noop("You can only set up your own second factor."))
    require(actor, Action.SET_OWN_FACTOR)


def lock_factors(person: Person) -> None:
    """Make concurrent operations on the factors of ``person`` wait for each other."""
    rows: Any = Person.objects.select_for_update(no_key=True)
    rows.get(pk=person.pk)


def first_codes(person: Person) -> list[str]:
    """Return recovery codes if ``person`` has none yet, otherwise an empty list."""
    held = Authenticator.objects.filter(user_id=person.pk, type=_CODES)
    return [] if held.exists() else new_codes(person)


def new_codes(person: Person) -> list[str]:
    """Return new recovery codes; the former ones stop working."""
    Authenticator.objects.filter(user_id=person.pk, type=_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(person).generate_codes()
    return codes


def remove_row(factor: Authenticator, person: Person) -> None:
    """Remove one second factor; the recovery codes go with the last one.

    Errors: Conflict if ``person`` must have a second factor and this is the last one.
    """
    factor.delete()
    if not has_factor(person):
        refuse_last_factor(person)  # before a commit
        Authenticator.objects.filter(user_id=person.pk, type=_CODES).delete()


def refuse_last_factor(person: Person) -> None:
    """Raise Conflict if ``person`` must have a second factor."""
    if must_have_factor(person):
        raise Conflict(gettext_noop("You need a second factor. Add another one first."))
