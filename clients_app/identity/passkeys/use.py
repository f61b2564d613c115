"""A passkey that is used: to sign in, after the password, and to confirm an identity (SES-10).

The device has verified its person, so a passkey alone is both factors.
"""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from fido2.webauthn import AuthenticationResponse

from clients_app.errors import SentBefore
from clients_app.identity.actor import acting
from clients_app.identity.allauth_internals import record_authentication
from clients_app.identity.passkeys.ceremony import (
    challenge_key,
    check_challenge,
    check_use,
    parse_use,
)
from clients_app.identity.passkeys.held import COUNT, passkey_rows
from clients_app.identity.passkeys.refusals import PasskeyRefused
from clients_app.models import Person
from clients_app.services import form_keys


def asked_use(
    request: HttpRequest, purpose: str, answer: str, *, now: datetime
) -> AuthenticationResponse:
    """Return the answer to a challenge that this browser got for ``purpose``.

    Errors: PasskeyRefused.
    """
    used = parse_use(answer)
    check_challenge(request, purpose, used.response.client_data, now=now)
    return used


def person_named(used: AuthenticationResponse) -> Person | None:
    """Return the person whose id the device keeps with the passkey; nothing proves it yet."""
    try:
        handle = (used.response.user_handle or b"").decode()
        return Person.objects.filter(pk=handle).first()
    except (ValueError, ValidationError):  # it is no id
        return None


def spend(
    request: HttpRequest, person: Person, used: AuthenticationResponse, *, now: datetime
) -> Authenticator:
    """Return the passkey of ``person`` that was used, which no answer can show again.

    Errors: PasskeyRefused.
    """
    try:
        return _spend(request, person, used, now=now)
    except PasskeyRefused as error:
        error.username = person.username
        raise


def _spend(
    request: HttpRequest, person: Person, used: AuthenticationResponse, *, now: datetime
) -> Authenticator:
    if not person.is_active:
        raise PasskeyRefused("deactivated")
    held = [row for row in passkey_rows(person) if row.data["credential"]["id"] == used.id]
    if not held:
        raise PasskeyRefused("not a passkey of this person")
    check_use(used, held[0])
    key = challenge_key(used.response.client_data)
    try:
        with form_keys.once(key, actor=acting(request, person), now=now):
            return _counted(held[0], used, now=now)
    except SentBefore as error:
        raise PasskeyRefused("used before") from error


def _counted(
    passkey: Authenticator, used: AuthenticationResponse, *, now: datetime
) -> Authenticator:
    """Save the sign count; one that does not grow means that the device was copied.

    Source: WebAuthn Level 3, section 7.2, step 22.
    Passkeys that devices synchronise have none: it stays 0.
    """
    rows: Any = Authenticator.objects.select_for_update()
    row: Authenticator | None = rows.filter(pk=passkey.pk).first()
    if row is None:  # removed meanwhile
        raise PasskeyRefused("not a passkey of this person")
    count, last = used.response.authenticator_data.counter, row.data.get(COUNT, 0)
    if (count or last) and count <= last:
        raise PasskeyRefused("the sign count went backwards")
    row.data[COUNT], row.last_used_at = count, now
    row.save(update_fields=["data", "last_used_at"])
    return row


def note_use(request: HttpRequest, passkey: Authenticator, *, signs_in: bool = False) -> None:
    """Note in the session that its person has just used a passkey, alone if it ``signs_in``."""
    more = {"passwordless": True} if signs_in else {"reauthenticated": True}
    name = passkey.data["name"]
    record_authentication(
        request, passkey.user, "mfa", id=passkey.pk, type="webauthn", passkey=name, **more
    )
