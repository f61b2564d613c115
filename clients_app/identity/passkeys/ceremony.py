"""What a browser is asked for a passkey, and whether what it answers can be trusted (SES-10).

fido2 checks answers. allauth's own steps are not used: they keep a challenge as long as a session,
accept every host of the domain, and do not look at the sign count. A challenge is signed here and
says what it is for, so nothing is stored for people who have not signed in.

Source: WebAuthn Level 3, sections 7.1 and 7.2.
"""

import hashlib
import hmac
import ipaddress
import json
import secrets
import struct
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from clients_app import conf, derived_keys
from clients_app.identity.passkeys.refusals import PasskeyRefused
from clients_app.models import Person

LASTS: Final = timedelta(minutes=5)  # a challenge
ANSWER_MAX: Final = 16_384  # characters
SIGN_IN, CODE, PROOF, ADD = "sign-in", "code", "proof", "add"  # what a challenge is for

_RANDOM: Final = 16  # bytes of a challenge: a random number, its second, a MAC
_SECOND: Final = 8
#: what fido2 says, and the reason in our events; whatever else it raises is "malformed"
_REASONS: Final = {
    "Incorrect type in CollectedClientData.": "another ceremony",
    "Invalid origin in CollectedClientData.": "another origin",
    "Wrong RP ID hash in response.": "another host",
    "User Present flag not set.": "nobody was there",
    "User verification required, but User Verified flag not set.": "the person was not verified",
    "User verification required, but user verified flag not set.": "the person was not verified",
    "Invalid signature.": "wrong signature",
}
#: what parsing anything that somebody may send raises
_MALFORMED: Final = (
    *(ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError),
    *(AssertionError, NotImplementedError, UnsupportedAlgorithm, struct.error),
)


def relying_party() -> str:
    """Return the host that passkeys belong to; empty where browsers have none (WebAuthn 5.1.2).

    They want https, or localhost, and a name: an IP address has no passkeys.
    """
    host: str = settings.HOST
    is_local = host == "localhost" or host.endswith(".localhost")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host if settings.HTTPS or is_local else ""
    return ""


def options_to_add(
    request: HttpRequest, person: Person, held: Iterable[Authenticator], *, now: datetime
) -> dict[str, Any]:
    """Return what ``navigator.credentials.create`` takes, as JSON."""
    user = PublicKeyCredentialUserEntity(
        id=str(person.pk).encode(), name=person.username, display_name=str(person)
    )
    options, _ = _server().register_begin(
        user,
        credentials=[credential_of(one) for one in held],  # a device has one passkey of a person
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=_challenge(request, ADD, now=now),
        extensions={"credProps": True},
    )
    return dict(options)


def options_to_use(
    request: HttpRequest, purpose: str, held: Iterable[Authenticator], *, now: datetime
) -> dict[str, Any]:
    """Return what ``navigator.credentials.get`` takes, as JSON; nobody's passkeys for strangers."""
    options, _ = _server().authenticate_begin(
        credentials=[credential_of(one) for one in held],
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=_challenge(request, purpose, now=now),
    )
    return dict(options)


def credential_of(passkey: Authenticator) -> AttestedCredentialData:
    """Return the id and the public key of a passkey."""
    found: AttestedCredentialData = passkey.wrap().authenticator_data.credential_data
    return found


def new_passkey(request: HttpRequest, answer: str, *, now: datetime) -> RegistrationResponse:
    """Return the passkey that a browser has made. Errors: PasskeyRefused."""
    try:
        made = RegistrationResponse.from_dict(_parsed(answer))
        client = made.response.client_data
        check_challenge(request, ADD, client, now=now)
        data = _server().register_complete(_state(client), made)
        _check_key(data)
    except _MALFORMED as error:
        raise PasskeyRefused(_REASONS.get(str(error), "malformed")) from error
    return made


def parse_use(answer: str) -> AuthenticationResponse:
    """Return what a browser says about the use of a passkey. Errors: PasskeyRefused."""
    try:
        used = AuthenticationResponse.from_dict(_parsed(answer))
    except _MALFORMED as error:
        raise PasskeyRefused("malformed") from error
    return used


def check_use(used: AuthenticationResponse, passkey: Authenticator) -> None:
    """Check that ``passkey`` signed this, here and after it verified its person.

    Errors: PasskeyRefused.
    """
    try:
        client = used.response.client_data
        _server().authenticate_complete(_state(client), [credential_of(passkey)], used)
    except _MALFORMED as error:
        raise PasskeyRefused(_REASONS.get(str(error), "malformed")) from error


def check_challenge(
    request: HttpRequest, purpose: str, client: CollectedClientData, *, now: datetime
) -> None:
    """Check that this browser was asked for this, not longer than LASTS ago.

    Errors: PasskeyRefused.
    """
    made, mac = client.challenge[: _RANDOM + _SECOND], client.challenge[_RANDOM + _SECOND :]
    if not hmac.compare_digest(mac, _mac(request, purpose, made)):
        raise PasskeyRefused("not asked of this browser")
    age_s = now.timestamp() - int.from_bytes(made[_RANDOM:], "big")
    if age_s > LASTS.total_seconds():
        raise PasskeyRefused("too late")
    if client.cross_origin:
        raise PasskeyRefused("another origin")


def challenge_key(client: CollectedClientData) -> str:
    """Return the one-time key of a challenge, for ``form_keys``."""
    return hashlib.sha256(client.challenge).hexdigest()


def _server() -> Any:
    party = PublicKeyCredentialRpEntity(id=relying_party(), name=settings.PORTAL_NAME)
    server: Any = Fido2Server(party, verify_origin=lambda origin: origin == conf.public_url())
    server.timeout = int(LASTS.total_seconds() * 1000)
    return server


def _challenge(request: HttpRequest, purpose: str, *, now: datetime) -> bytes:
    made = secrets.token_bytes(_RANDOM) + int(now.timestamp()).to_bytes(_SECOND, "big")
    return made + _mac(request, purpose, made)


def _mac(request: HttpRequest, purpose: str, made: bytes) -> bytes:
    """Return what only the portal can add to a challenge of this browser and person."""
    get_token(request)  # a browser without the cookie gets one
    browser = request.META["CSRF_COOKIE"]  # another one after each sign-in
    key = derived_keys.current_key(derived_keys.PASSKEY_CHALLENGES)
    who = str(request.user.pk or "")
    return derived_keys.mac(key, purpose.encode(), who.encode(), browser.encode(), made)


def _state(client: CollectedClientData) -> dict[str, Any]:
    """Return what fido2 keeps of a ceremony; ``check_challenge`` has checked the challenge."""
    required = UserVerificationRequirement.REQUIRED
    return {"challenge": websafe_encode(client.challenge), "user_verification": required}


def _parsed(answer: str) -> dict[str, Any]:
    parsed = json.loads(answer) if len(answer) <= ANSWER_MAX else None
    if not isinstance(parsed, dict):
        raise PasskeyRefused("malformed")
    return parsed


def _check_key(data: AuthenticatorData) -> None:
    """Check that there is a key, of a kind that was asked for (WebAuthn 7.1, step 20)."""
    credential = data.credential_data
    known = CoseKey.supported_algorithms()
    if credential is None or credential.public_key.get(3) not in known:
        raise PasskeyRefused("malformed")
    with suppress(InvalidSignature):  # other errors: these numbers are no key
        credential.public_key.verify(b"", b"")
