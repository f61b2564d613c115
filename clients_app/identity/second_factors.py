"""The second factor of a person: an authenticator app, and recovery codes for when it is lost.

Codes are checked by allauth; here is what it leaves open: what is stored is encrypted, a code is
taken once in the whole installation, and each change has its event (SES-4 and AUD-3).
"""

import base64
import logging
from datetime import datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from clients_app import audit, derived_keys
from clients_app.actors import Actor
from clients_app.errors import Conflict, Forbidden, NotFound, RuleBroken, gettext_noop
from clients_app.identity.allauth_internals import (
    TOTP,
    RecoveryCodes,
    compare_user_code,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from clients_app.identity.factor_status import has_factor
from clients_app.models import Person
from clients_app.permissions import Action, require
from clients_app.services.people.accounts import require_may_manage

_LAST_STEP: Final = "last_step"  # in the data of an app: the newest code that was taken

log = logging.getLogger("clients_app.second_factors")


def new_app_secret() -> str:
    """Return a secret for an authenticator app that is being set up."""
    secret: str = generate_totp_secret()
    return secret


def add_authenticator(
    person: Person, secret: str, code: str, *, actor: Actor, now: datetime
) -> list[str]:
    """Let sign-in ask for a code of the app that knows ``secret``; return the recovery codes.

    ``code`` proves that the app knows it, and is taken thereby.
    Errors: RuleBroken (field code); Conflict where there is an app already; Forbidden.
    """
    _require_self(person, actor=actor)
    step = _step_of(secret, code)
    if step is None:
        raise RuleBroken(
            gettext_noop("Enter the 6 digits that the app shows now. This code is wrong."),
            field="code",
        )
    with transaction.atomic():
        _hold(person)
        if has_factor(person):
            raise Conflict(gettext_noop("An authenticator app is set up already."))
        app = TOTP.activate(person, secret).instance
        app.data[_LAST_STEP] = step
        app.save(update_fields=["data"])
        codes = _new_codes(person)
        audit.record("person.mfa.added", person, actor=actor, now=now)
    return codes


def renew_recovery_codes(person: Person, *, actor: Actor, now: datetime) -> list[str]:
    """Make new recovery codes and return them; the former ones stop working.

    Errors: NotFound where there is no authenticator app; Forbidden.
    """
    _require_self(person, actor=actor)
    with transaction.atomic():
        _hold(person)
        if not has_factor(person):
            raise NotFound(gettext_noop("There is no authenticator app."))
        codes = _new_codes(person)
        audit.record("person.recovery-codes.made", person, actor=actor, now=now)
    return codes


def remove_factor(person: Person, *, actor: Actor, now: datetime) -> bool:
    """Let sign-in ask for the password alone; return whether there was a factor to remove.

    Errors: Forbidden and NotFound for actors who are not ``person`` and may not manage them.
    """
    with transaction.atomic():
        if actor.id == str(person.pk):
            require(actor, Action.SET_OWN_FACTOR)
        else:
            require_may_manage(person, actor=actor)
        _hold(person)
        removed, _ = Authenticator.objects.filter(user_id=person.pk).delete()
        if removed:
            audit.record("person.mfa.removed", person, actor=actor, now=now)
    return bool(removed)


def take_code(factor: Authenticator, code: str) -> bool:
    """Return whether a right ``code`` was not taken before; from now on it is.

    A code of an app must be newer than all that were taken (RFC 6238 section 5.2); recovery codes
    are struck out by allauth.
    """
    if factor.type != Authenticator.Type.TOTP:
        return True
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=factor.pk).first()
        step = row and _step_of(opened(row.data["secret"]), code)
        if row is None or step is None or step <= row.data.get(_LAST_STEP, 0):
            return False
        row.data[_LAST_STEP] = step
        row.save(update_fields=["data"])
    return True


def encrypt_factors_anew() -> int:
    """Encrypt under today's SECRET_KEY what is not; return the number of factors that were."""
    current, done = derived_keys.current_key(derived_keys.SECOND_FACTORS).id, 0
    with transaction.atomic():
        for row in Authenticator.objects.select_for_update().order_by("pk"):
            name = "secret" if row.type == Authenticator.Type.TOTP else "seed"
            key_id = derived_keys.sealed_under(base64.urlsafe_b64decode(row.data[name]))
            if (
                key_id == current
                or derived_keys.key_by_id(derived_keys.SECOND_FACTORS, key_id) is None
            ):
                continue
            row.data[name] = sealed(opened(row.data[name]))
            row.save(update_fields=["data"])
            done += 1
    return done


def sealed(text: str) -> str:
    """Return ``text`` encrypted, as text."""
    content = derived_keys.sealed(text.encode(), derived_keys.SECOND_FACTORS)
    return base64.urlsafe_b64encode(content).decode()


def opened(text: str) -> str:
    """Return what was sealed; where its key is lost, a secret of nobody, which no code fits."""
    try:
        content = base64.urlsafe_b64decode(text)
        return derived_keys.opened(content, derived_keys.SECOND_FACTORS).decode()
    except (derived_keys.CannotOpen, ValueError):  # ValueError: it is not base64
        log.warning(
            "A second factor cannot be decrypted: SECRET_KEY has changed since it was set up."
        )
        return generate_totp_secret()


def _require_self(person: Person, *, actor: Actor) -> None:
    if actor.id != str(person.pk):
        raise Forbidden(gettext_noop("You can only set up your own second factor."))
    require(actor, Action.SET_OWN_FACTOR)


def _hold(person: Person) -> None:
    """Let two operations on the factors of ``person`` follow each other."""
    rows: Any = Person.objects.select_for_update(no_key=True)
    rows.get(pk=person.pk)


def _new_codes(person: Person) -> list[str]:
    kind = Authenticator.Type.RECOVERY_CODES
    Authenticator.objects.filter(user_id=person.pk, type=kind).delete()
    return RecoveryCodes.activate(person).generate_codes()


def _step_of(secret: str, code: str) -> int | None:
    """Return the number of the 30 seconds that ``code`` is of; None where it is wrong by now."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None
