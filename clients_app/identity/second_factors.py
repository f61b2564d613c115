"""The authenticator app of a person, and recovery codes if a second factor is lost.

allauth checks the codes. This module encrypts what is stored, accepts each code only once in the
installation, and records an event for each change (SES-4 and AUD-3).
"""

import base64
import logging
from datetime import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from clients_app import audit, derived_keys
from clients_app.actors import Actor
from clients_app.errors import Conflict, NotFound, RuleBroken, gettext_noop
from clients_app.identity.allauth_internals import (
    TOTP,
    compare_user_code,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from clients_app.identity.factor_status import PASSKEY, authenticator_of, has_factor
from clients_app.identity.own_factors import (
    first_codes,
    lock_factors,
    new_codes,
    refuse_last_factor,
    remove_row,
    require_self,
)
from clients_app.identity.own_sessions import end_sessions
from clients_app.models import Person
from clients_app.permissions import Action, require
from clients_app.services.people.accounts import require_may_manage

_LAST_STEP: Final = "last_step"  # in the data of an app: the newest code that was used

log = logging.getLogger("clients_app.second_factors")


def new_app_secret() -> str:
    """Return a secret for a new authenticator app."""
    secret: str = generate_totp_secret()
    return secret


def add_authenticator(
    person: Person, secret: str, code: str, *, actor: Actor, now: datetime
) -> list[str]:
    """Add the app that has ``secret`` to the sign-in of ``person``.

    Return the recovery codes that a first second factor brings, otherwise none.
    ``code`` proves that the app has the secret, and cannot be used again.
    Errors: RuleBroken (field code); Conflict if there is an app already; Forbidden.
    """
    require_self(person, actor=actor)
    step = _step_of(secret, code)
    if step is None:
        raise RuleBroken(
            gettext_noop("Incorrect code. Enter the 6 digits that the app shows now."),
            field="code",
        )
    with transaction.atomic():
        lock_factors(person)
        if authenticator_of(person):
            raise Conflict(gettext_noop("An authenticator app is set up already."))
        app = TOTP.activate(person, secret).instance
        app.data[_LAST_STEP] = step
        app.save(update_fields=["data"])
        codes = first_codes(person)
        audit.record("person.mfa.added", person, actor=actor, now=now)
    return codes


def renew_recovery_codes(person: Person, *, actor: Actor, now: datetime) -> list[str]:
    """Return new recovery codes; the former ones stop working.

    Errors: NotFound if there is no second factor; Forbidden.
    """
    require_self(person, actor=actor)
    with transaction.atomic():
        lock_factors(person)
        if not has_factor(person):
            raise NotFound(gettext_noop("There is no second factor."))
        codes = new_codes(person)
        audit.record("person.recovery-codes.made", person, actor=actor, now=now)
    return codes


def remove_app(person: Person, *, actor: Actor, now: datetime, session_id: str = "") -> bool:
    """Remove the authenticator app of ``person``; return whether there was one.

    It ends their sessions but the one that ``session_id`` names.
    Errors: Conflict if they must have a second factor and have no other; Forbidden.
    """
    require_self(person, actor=actor)
    with transaction.atomic():
        lock_factors(person)
        app = authenticator_of(person)
        if app:
            remove_row(app, person)
            end_sessions(person, spare=session_id, actor=actor, now=now)
            audit.record("person.mfa.removed", person, actor=actor, now=now)
    return app is not None


def remove_factor(person: Person, *, actor: Actor, now: datetime, session_id: str = "") -> bool:
    """Remove all second factors and end the sessions; return whether there was one.

    ``session_id`` names the session that goes on: that of the person who removes their own.
    Errors: Forbidden and NotFound for actors who are not ``person`` and may not manage them;
    Conflict for people who must have one and reset themselves.
    """
    with transaction.atomic():
        if actor.id == str(person.pk):
            require(actor, Action.SET_OWN_FACTOR)
            lock_factors(person)
            refuse_last_factor(person)
        else:
            require_may_manage(person, actor=actor)
            lock_factors(person)
        removed, _ = Authenticator.objects.filter(user_id=person.pk).delete()
        if removed:
            end_sessions(person, spare=session_id, actor=actor, now=now)
            audit.record("person.mfa.removed", person, actor=actor, now=now)
    return bool(removed)


def take_code(factor: Authenticator, code: str) -> bool:
    """Use a correct ``code``; return whether it was unused.

    A code of an app must be newer than all used ones (RFC 6238 section 5.2). allauth invalidates
    recovery codes itself.
    """
    if factor.type != Authenticator.Type.TOTP:
        return True
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=factor.pk).first()
        step = row and _step_of(decrypt(row.data["secret"]), code)
        if row is None or step is None or step <= row.data.get(_LAST_STEP, 0):
            return False
        row.data[_LAST_STEP] = step
        row.save(update_fields=["data"])
    return True


def reencrypt_factors() -> int:
    """Encrypt all factors under the current SECRET_KEY; return the number that changed."""
    current, done = derived_keys.current_key(derived_keys.SECOND_FACTORS).id, 0
    with transaction.atomic():
        encrypted = Authenticator.objects.exclude(type=PASSKEY)  # those are public keys
        for row in encrypted.select_for_update().order_by("pk"):
            name = "secret" if row.type == Authenticator.Type.TOTP else "seed"
            key_id = derived_keys.encrypted_under(base64.urlsafe_b64decode(row.data[name]))
            is_lost = derived_keys.key_by_id(derived_keys.SECOND_FACTORS, key_id) is None
            if key_id != current and not is_lost:
                row.data[name] = encrypt(decrypt(row.data[name]))
                row.save(update_fields=["data"])
                done += 1
    return done


def encrypt(text: str) -> str:
    """Return ``text`` encrypted, as text."""
    content = derived_keys.encrypt(text.encode(), derived_keys.SECOND_FACTORS)
    return base64.urlsafe_b64encode(content).decode()


def decrypt(text: str) -> str:
    """Return the decrypted text; if its key is lost, a random secret, which no code matches."""
    try:
        content = base64.urlsafe_b64decode(text)
        return derived_keys.decrypt(content, derived_keys.SECOND_FACTORS).decode()
    except (derived_keys.CannotDecrypt, ValueError):  # ValueError: it is not base64
        log.warning(
            "A second factor cannot be decrypted: SECRET_KEY has changed since it was set up."
        )
        return generate_totp_secret()


def _step_of(secret: str, code: str) -> int | None:
    """Return the number of the 30 seconds in which ``code`` is valid; None if it is wrong."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None
