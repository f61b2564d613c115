"""The keys that sign access tokens: generated, encrypted at rest, loaded once per process.

Source: RFC 7517, RFC 7518, RFC 7638; KEY-1, KEY-2 and KEY-6.
"""

import hashlib
import json
from binascii import b2a_base64
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from django.conf import settings
from jwt.algorithms import get_default_algorithms

from clients_app import derived_keys
from clients_app.errors import PortalError, gettext_noop
from clients_app.models import SigningKey
from clients_app.rules.jwts import public_members, thumbprint_of

_TYPE: Final = "at+jwt"  # RFC 9068 section 2.1

_OTHER_KEY: Final = gettext_noop(
    "This node has another SECRET_KEY than the others: copy it from a node that works or from your "
    "backup. Did you change it? Add the former SECRET_KEY to SECRET_KEY_FALLBACKS. "
    "(The signing key %(kid)s cannot be decrypted.)"
)
_ALGORITHMS: Final = get_default_algorithms()
_GENERATORS: Final[dict[str, Callable[[int], Any]]] = {  # from a length in bits
    "RS256": partial(rsa.generate_private_key, 65_537),
    "PS256": partial(rsa.generate_private_key, 65_537),
    "ES256": lambda _: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": lambda _: ed25519.Ed25519PrivateKey.generate(),
}
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_SHA256: Final = hashes.SHA256()
_PKCS1: Final = padding.PKCS1v15()
_PSS: Final = padding.PSS(padding.MGF1(_SHA256), salt_length=_SHA256.digest_size)
# A digest is signed without most of the checks of its arguments, which take longer than the hash.
_DIGEST: Final = Prehashed(_SHA256)
_ECDSA: Final = ec.ECDSA(_DIGEST)


def _digest(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()


def _sign_es256(private: Any, message: bytes) -> bytes:
    r, s = decode_dss_signature(private.sign(_digest(message), _ECDSA))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1. PyJWT's functions build their objects again
# for each signature, which takes up to 8 us.
_SIGN: Final[dict[str, Callable[[Any, bytes], bytes]]] = {
    "RS256": lambda private, message: private.sign(_digest(message), _PKCS1, _DIGEST),
    "PS256": lambda private, message: private.sign(_digest(message), _PSS, _DIGEST),
    "ES256": _sign_es256,
    "EdDSA": lambda private, message: private.sign(message),
}
#: that keys may have, now or after a change of TOKEN_SIGNING_ALGORITHM
ALGORITHMS: Final = tuple(_GENERATORS)


class SigningKeyLost(PortalError):
    """No key derived from SECRET_KEY decrypts the private part of the signing key."""


class NoSigningKey(PortalError):
    """The database has no such key."""


class LoadedKey(NamedTuple):
    """A signing key ready for use."""

    kid: str
    algorithm: str
    private: Any
    header_segment: bytes  # of every token it signs, base64url

    def sign(self, message: bytes) -> bytes:
        """Return the JWS signature of ``message``."""
        return _SIGN[self.algorithm](self.private, message)


_loaded: Final[dict[str, LoadedKey]] = {}  # by kid


def loaded_key(kid: str) -> LoadedKey:
    """Return the key ``kid``, read and decrypted at the first call in this process only.

    Errors: NoSigningKey; SigningKeyLost.
    """
    if (key := _loaded.get(kid)) is None:
        row = SigningKey.objects.exclude(state=SigningKey.State.REMOVED).filter(kid=kid).first()
        if row is None:
            raise NoSigningKey(gettext_noop("There is no signing key %(kid)s."), kid=kid)
        key = _loaded[kid] = LoadedKey(
            kid=row.kid,
            algorithm=row.algorithm,
            # Skipped: whether its numbers are primes, which takes 33 ms. The decryption has shown
            # that it is what this portal wrote.
            private=load_der_private_key(
                _decrypted(row), password=None, unsafe_skip_rsa_key_validation=True
            ),
            header_segment=base64url(_json({"alg": row.algorithm, "kid": row.kid, "typ": _TYPE})),
        )
    return key


def refuse_other_secret_key() -> None:
    """Raise SigningKeyLost if this process has another SECRET_KEY than the installation.

    The active signing key names the one under which it is stored. What this process would write,
    such as MACs and audit events, would be useless to the other nodes.
    """
    row = SigningKey.objects.filter(state=SigningKey.State.ACTIVE).first()
    purpose = derived_keys.SIGNING_KEYS
    if row and not derived_keys.key_by_id(purpose, _encrypted_under(row)):
        raise SigningKeyLost(_OTHER_KEY, kid=row.kid)


def forget(kid: str | None = None) -> None:
    """Stop this process from signing with the key, or with any key where none is named."""
    _loaded.pop(kid, None) if kid else _loaded.clear()


def base64url(content: bytes) -> bytes:
    """Return ``content`` in base64url without padding (RFC 7515 section 2)."""
    return b2a_base64(content, newline=False).translate(_URL_SAFE).rstrip(b"=")


def new_key(*, now: datetime, **columns: Any) -> SigningKey:
    """Return a new, unsaved key of the configured algorithm and length, in these ``columns``."""
    algorithm = settings.TOKEN_SIGNING_ALGORITHM
    kid = "-"
    while kid.startswith("-"):  # a command would take it for an option
        private = _GENERATORS[algorithm](settings.TOKEN_SIGNING_KEY_BITS)
        jwk: Any = _ALGORITHMS[algorithm].to_jwk(private.public_key(), as_dict=True)
        kid = thumbprint_of(jwk)
    row = SigningKey(kid=kid, algorithm=algorithm, created_at=now, **columns)
    row.public_jwk = {**public_members(jwk), "kid": row.kid, "alg": algorithm, "use": "sig"}
    _encrypt(row, private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return row


def matches_settings(row: SigningKey) -> bool:
    """Return whether the key has the algorithm and length that new keys get."""
    is_algorithm = row.algorithm == settings.TOKEN_SIGNING_ALGORITHM
    return is_algorithm and row.bits in {None, settings.TOKEN_SIGNING_KEY_BITS}


def reencrypt(row: SigningKey) -> None:
    """Encrypt the private part under the current SECRET_KEY; the caller saves the row.

    Errors: SigningKeyLost.
    """
    _encrypt(row, _decrypted(row))


def _encrypt(row: SigningKey, plain: bytes) -> None:
    key_id = row.kid.encode()
    row.private_part = derived_keys.encrypt(plain, derived_keys.SIGNING_KEYS, context=key_id)


def _encrypted_under(row: SigningKey) -> str:
    return derived_keys.encrypted_under(bytes(row.private_part))


def _decrypted(row: SigningKey) -> bytes:
    content, key_id = bytes(row.private_part), row.kid.encode()
    try:
        return derived_keys.decrypt(content, derived_keys.SIGNING_KEYS, context=key_id)
    except derived_keys.CannotDecrypt as error:
        raise SigningKeyLost(_OTHER_KEY, kid=row.kid) from error


def _json(members: dict[str, str]) -> bytes:
    """Return JSON with sorted names and without spaces (RFC 7638 section 3)."""
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
