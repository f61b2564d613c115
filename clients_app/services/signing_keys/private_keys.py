"""The keys that sign access tokens: how they are made, encrypted at rest, loaded once per process.

Source: RFC 7517, RFC 7518, RFC 7638; KEY-1, KEY-2 and KEY-6.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.conf import settings
from jwt.algorithms import get_default_algorithms

from clients_app import derived_keys
from clients_app.errors import PortalError, gettext_noop
from clients_app.models import SigningKey

_TYPE: Final = "at+jwt"  # RFC 9068 section 2.1

_ALGORITHMS: Final = get_default_algorithms()
_MAKERS: Final[dict[str, Callable[[int], Any]]] = {
    "RS256": lambda bits: rsa.generate_private_key(public_exponent=65_537, key_size=bits),
    "PS256": lambda bits: rsa.generate_private_key(public_exponent=65_537, key_size=bits),
    "ES256": lambda _: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": lambda _: ed25519.Ed25519PrivateKey.generate(),
}
_THUMBPRINT_MEMBERS: Final = {  # RFC 7638 section 3.2, RFC 8037 section 2
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}


class SigningKeyLost(PortalError):
    """No key derived from SECRET_KEY opens the private part of the signing key."""

    def __init__(self, kid: str) -> None:
        super().__init__(
            gettext_noop(
                "The signing key %(kid)s cannot be decrypted: SECRET_KEY has changed since it was "
                "made. Add the former SECRET_KEY to SECRET_KEY_FALLBACKS. If it is lost, revoke "
                "the key by `manage.py keys revoke %(kid)s`; its tokens end thereby."
            ),
            kid=kid,
        )


class NoSigningKey(PortalError):
    """There is no such key in the database."""


class LoadedKey(NamedTuple):
    """A signing key ready for use."""

    kid: str
    algorithm: str
    private: Any
    header_segment: bytes  # of every token it signs, base64url

    def sign(self, message: bytes) -> bytes:
        """Return the JWS signature of ``message`` (RFC 7518 section 3.1)."""
        return _ALGORITHMS[self.algorithm].sign(message, self.private)


_loaded: Final[dict[str, LoadedKey]] = {}  # by kid; a few kilobytes each, and few


def loaded_key(kid: str) -> LoadedKey:
    """Return the key ``kid``, read and decrypted at the first call of this process only.

    Errors: NoSigningKey; SigningKeyLost.
    """
    if (key := _loaded.get(kid)) is None:
        row = SigningKey.objects.exclude(state=SigningKey.State.REMOVED).filter(kid=kid).first()
        if row is None:
            raise NoSigningKey(gettext_noop("There is no signing key %(kid)s."), kid=kid)
        key = _loaded[kid] = LoadedKey(
            kid=row.kid,
            algorithm=row.algorithm,
            private=serialization.load_der_private_key(_plain(row), password=None),
            header_segment=base64url(
                _compact({"alg": row.algorithm, "kid": row.kid, "typ": _TYPE})
            ),
        )
    return key


def forget(kid: str | None = None) -> None:
    """Stop this process from signing with the key; with every key where none is named."""
    for known in [kid] if kid else list(_loaded):
        _loaded.pop(known, None)


def base64url(content: bytes) -> bytes:
    """Return ``content`` in base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def new_key(*, now: datetime, **columns: Any) -> SigningKey:
    """Return a new key of the algorithm and length that are set; the caller saves it.

    ``columns`` say which state it is in, and since when.
    """
    algorithm = settings.TOKEN_SIGNING_ALGORITHM
    private = _MAKERS[algorithm](settings.TOKEN_SIGNING_KEY_BITS)
    jwk_of: Any = _ALGORITHMS[algorithm]
    whole = jwk_of.to_jwk(private.public_key(), as_dict=True)
    members = {name: whole[name] for name in _THUMBPRINT_MEMBERS[whole["kty"]]}
    row = SigningKey(
        kid=base64url(hashlib.sha256(_compact(members)).digest()).decode(),
        algorithm=algorithm,
        created_at=now,
        **columns,
    )
    row.public_jwk = {**members, "kid": row.kid, "alg": algorithm, "use": "sig"}
    plain = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _encrypt(row, plain)
    return row


def is_as_set(row: SigningKey) -> bool:
    """Tell whether the key has the algorithm and length that new keys get."""
    if row.algorithm != settings.TOKEN_SIGNING_ALGORITHM:
        return False
    return row.bits in {None, settings.TOKEN_SIGNING_KEY_BITS}


def encrypt_anew(row: SigningKey) -> None:
    """Encrypt the private part under the key of today's SECRET_KEY; the caller saves the row.

    Errors: SigningKeyLost.
    """
    _encrypt(row, _plain(row))


def _encrypt(row: SigningKey, plain: bytes) -> None:
    row.private_part = derived_keys.sealed(plain, derived_keys.SIGNING_KEYS, about=row.kid.encode())


def _plain(row: SigningKey) -> bytes:
    """Return the private part, in DER (PKCS #8)."""
    try:
        return derived_keys.opened(
            bytes(row.private_part), derived_keys.SIGNING_KEYS, about=row.kid.encode()
        )
    except derived_keys.CannotOpen as error:
        raise SigningKeyLost(row.kid) from error


def _compact(members: dict[str, str]) -> bytes:
    """Return JSON with sorted names and without spaces, as RFC 7638 section 3 asks."""
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
