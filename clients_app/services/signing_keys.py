"""The keys that sign access tokens: made once, encrypted at rest, loaded once per process.

Source: RFC 7517, RFC 7518, RFC 7638; security bars 27, 28, 31 and 32.
"""

import binascii
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, transaction
from jwt.algorithms import get_default_algorithms

from clients_app import conf, keyring
from clients_app.errors import PortalError, gettext_noop
from clients_app.models import SigningKey

PUBLISHED: Final = (SigningKey.State.NEXT, SigningKey.State.ACTIVE, SigningKey.State.RETIRED)
_NONCE_BYTES: Final = 12
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_TYPE: Final = "at+jwt"  # RFC 9068 section 2.1

_ALGORITHMS: Final = get_default_algorithms()
_MAKERS: Final[dict[str, Callable[[], Any]]] = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65_537, key_size=2048),
    "PS256": lambda: rsa.generate_private_key(public_exponent=65_537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
_THUMBPRINT_MEMBERS: Final = {  # RFC 7638 section 3.2, RFC 8037 section 2
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}


class SigningKeyLost(PortalError):
    """No key of the keyring opens the private part of the signing key."""

    def __init__(self, kid: str) -> None:
        super().__init__(
            gettext_noop(
                "The signing key %(kid)s cannot be decrypted: SECRET_KEY has changed since it was "
                "made. Add the former SECRET_KEY to SECRET_KEY_FALLBACKS."
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


def ensure_active_key(*, now: datetime) -> SigningKey:
    """Return the key that signs, made now if there is none; several processes agree on one.

    An active key stays, whatever TOKEN_SIGNING_ALGORITHM says meanwhile, until it is rotated.
    Errors: SigningKeyLost if SECRET_KEY has changed and the former one is no fallback.
    """
    active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE)
    row = active.first()
    if row is None:
        draft = _new_key(conf.token_signing_algorithm(), now=now)
        try:
            with transaction.atomic():
                draft.save(force_insert=True)
            row = draft
        except IntegrityError:  # one_active_signing_key: another process was faster
            row = active.get()
    loaded_key(row.kid)
    return row


_loaded: Final[dict[str, LoadedKey]] = {}  # by kid; a few kilobytes each, and few


def loaded_key(kid: str) -> LoadedKey:
    """Return the key ``kid``, read and decrypted at the first call of this process only.

    Errors: NoSigningKey; SigningKeyLost.
    """
    if (key := _loaded.get(kid)) is None:
        row = SigningKey.objects.filter(kid=kid).first()
        if row is None:
            raise NoSigningKey(gettext_noop("There is no signing key %(kid)s."), kid=kid)
        key = _loaded[kid] = LoadedKey(
            kid=row.kid,
            algorithm=row.algorithm,
            private=_decrypted(row),
            header_segment=base64url(
                _compact({"alg": row.algorithm, "kid": row.kid, "typ": _TYPE})
            ),
        )
    return key


def published_jwks() -> dict[str, list[dict[str, Any]]]:
    """Return the public keys that verifiers need, oldest first: a JWK Set (RFC 7517 section 5)."""
    rows = SigningKey.objects.filter(state__in=PUBLISHED).order_by("created_at", "kid")
    return {"keys": list(rows.values_list("public_jwk", flat=True))}


def public_key_of(kid: str) -> tuple[str, Any] | None:
    """Return algorithm and public key of ``kid`` if its signatures count now; None otherwise.

    The row is read at every call: a key that was withdrawn verifies nothing from then on.
    """
    row = SigningKey.objects.filter(
        kid=kid, state__in=(SigningKey.State.ACTIVE, SigningKey.State.RETIRED)
    ).first()
    if row is None:
        return None
    algorithm: Any = _ALGORITHMS[row.algorithm]
    return row.algorithm, algorithm.from_jwk(row.public_jwk)


def base64url(content: bytes) -> bytes:
    """Return ``content`` in base64url without padding (RFC 7515 section 2)."""
    return binascii.b2a_base64(content, newline=False).translate(_URL_SAFE).rstrip(b"=")


def _new_key(algorithm: str, *, now: datetime) -> SigningKey:
    private = _MAKERS[algorithm]()
    jwk_of: Any = _ALGORITHMS[algorithm]
    whole = jwk_of.to_jwk(private.public_key(), as_dict=True)
    members = {name: whole[name] for name in _THUMBPRINT_MEMBERS[whole["kty"]]}
    kid = base64url(hashlib.sha256(_compact(members)).digest()).decode()
    plain = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = keyring.current_key(keyring.SIGNING_KEYS)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return SigningKey(
        kid=kid,
        algorithm=algorithm,
        state=SigningKey.State.ACTIVE,
        public_jwk={**members, "kid": kid, "alg": algorithm, "use": "sig"},
        private_part=nonce + AESGCM(key.value).encrypt(nonce, plain, kid.encode()),
        encryption_key_id=key.id,
        created_at=now,
        activated_at=now,
    )


def _decrypted(row: SigningKey) -> Any:
    key = keyring.key_by_id(keyring.SIGNING_KEYS, row.encryption_key_id)
    if key is None:
        raise SigningKeyLost(row.kid)
    stored = bytes(row.private_part)
    nonce, ciphertext = stored[:_NONCE_BYTES], stored[_NONCE_BYTES:]
    try:
        plain = AESGCM(key.value).decrypt(nonce, ciphertext, row.kid.encode())
    except InvalidTag as error:
        raise SigningKeyLost(row.kid) from error
    return serialization.load_der_private_key(plain, password=None)


def _compact(members: dict[str, str]) -> bytes:
    """Return JSON with sorted names and without spaces, as RFC 7638 section 3 asks."""
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
