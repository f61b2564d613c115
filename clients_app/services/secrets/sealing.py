"""Encrypts a new secret to a public key, so that only the owner of the private key can read it.

Source: RFC 7516 (JWE, compact), RFC 7517 (JWK), RFC 7518 sections 4.3 and 4.6; SEC-18.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _

ENCRYPTION: Final = "A256GCM"
ALGORITHMS: Final = {"RSA": "RSA-OAEP-256", "EC": "ECDH-ES"}  # by kty; one for each
CURVES: Final = ("P-256", "P-384", "P-521")
RSA_BITS: Final = range(2048, 8192 + 1)
_KEY_MAX: Final = 8192  # characters of a JWK as JSON
_KID_MAX: Final = 200
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PARTS: Final = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}
_KEYS: Final[dict[str, type[RSAKey] | type[ECKey]]] = {"RSA": RSAKey, "EC": ECKey}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key to which a secret can be encrypted; ``thumbprint`` is that of RFC 7638."""

    key: RSAKey | ECKey
    algorithm: str
    kid: str
    thumbprint: str

    def seal(self, plain: str) -> str:
        """Return ``plain`` as a JWE in compact form, which names the key by ``kid``."""
        header = {"alg": self.algorithm, "enc": ENCRYPTION, "kid": self.kid}
        used = [self.algorithm, ENCRYPTION]
        return jwe.encrypt_compact(header, plain.encode(), self.key, algorithms=used)


def parse_public_key(given: str | Mapping[str, Any]) -> PublicKey:
    """Return the RSA or EC key of a JWK, as JSON or as an object.

    Errors: RuleBroken (public_key) for anything else, and for a key that has private parts, which
    others have seen then.
    """
    jwk = _object_of(given)
    if _PRIVATE & jwk.keys():
        raise _refused(_("Send only the public key. This one has private parts: make a new pair."))
    kind = jwk.get("kty")
    if not isinstance(kind, str) or kind not in ALGORITHMS:
        raise _refused(_("Send a public key as a JWK: RSA, or EC on P-256, P-384 or P-521."))
    _refuse_other_uses(jwk, ALGORITHMS[kind])
    kid = jwk.get("kid")
    if not isinstance(kid, str | None) or len(kid or "") > _KID_MAX:
        raise _refused(_("Send a kid of at most %(maximum)s characters."), maximum=_KID_MAX)
    try:
        parts = {name: jwk[name] for name in _PARTS[kind]}
        _refuse_weak(kind, parts)
        key = _KEYS[kind].import_key(parts)
        thumbprint = key.thumbprint()
    except (JoseError, KeyError, ValueError, TypeError) as error:
        raise _refused(_("Send a complete public key. This JWK is not valid.")) from error
    return PublicKey(key, ALGORITHMS[kind], kid or thumbprint, thumbprint)


def _object_of(given: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(given, str):
        return given
    try:
        jwk = json.loads(given) if len(given) <= _KEY_MAX else None
    except (ValueError, RecursionError):
        jwk = None
    if not isinstance(jwk, dict):
        raise _refused(_("Send a public key as one JSON object, a JWK."))
    return jwk


def _refuse_other_uses(jwk: Mapping[str, Any], algorithm: str) -> None:
    uses = jwk.get("key_ops")
    verifies = isinstance(uses, list) and "verify" in uses
    if verifies or jwk.get("use", "enc") != "enc" or jwk.get("alg", algorithm) != algorithm:
        sentence = _(
            "Send a key for encryption with %(algorithm)s. This one is for something else."
        )
        raise _refused(sentence, algorithm=algorithm)


def _refuse_weak(kind: str, parts: Mapping[str, Any]) -> None:
    if kind == "RSA":
        modulus = int.from_bytes(urlsafe_b64decode(parts["n"] + "=="), "big")
        if modulus.bit_length() not in RSA_BITS:
            raise _refused(_("Send an RSA key of 2048 to 8192 bits."))
    elif parts["crv"] not in CURVES:
        raise _refused(_("Send an EC key on P-256, P-384 or P-521."))


def _refused(sentence: str, **values: Any) -> RuleBroken:
    return RuleBroken(sentence, field="public_key", **values)
