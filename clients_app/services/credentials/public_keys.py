"""Public keys of clients: read from what people paste, and used to verify signatures.

Source: RFC 7517, RFC 7518 sections 3 and 6, RFC 8037, RFC 9864; CRE-2 and CRE-3.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.rules.jwts import (
    Malformed,
    from_base64url,
    public_members,
    thumbprint_of,
    to_base64url,
)
from clients_app.rules.weak_keys import is_weak_modulus, is_weak_point
from clients_app.services.credentials.pem_keys import NotPem, jwk_of_pem

PASTED_MAX: Final = 65_536  # characters
KID_MAX: Final = 200
KEYS_MAX: Final = 100  # of one key set
RSA_BITS: Final = range(2048, 8192 + 1)
#: the last is EdDSA's name since RFC 9864
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
_OF_KIND: Final = {"RSA": ALGORITHMS[:2], "EC": ALGORITHMS[2:3], "OKP": ALGORITHMS[3:]}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_USES: Final = ("sig", "jwt-svid")  # the latter in the trust bundles of SPIFFE
_P256_BYTES: Final = 32
_EXPONENT_BITS: Final = 32  # a longer one makes each check as slow as a signature
_SHA256: Final = hashes.SHA256()
_PKCS1: Final = padding.PKCS1v15()
_PSS: Final = padding.PSS(padding.MGF1(_SHA256), salt_length=_SHA256.digest_size)
_ECDSA: Final = ec.ECDSA(Prehashed(_SHA256))  # the library takes longer to hash
_SAMPLE: Final = _(
    "Paste a public key: a JWK or JWKS, or PEM that begins with -----BEGIN PUBLIC KEY or "
    "-----BEGIN CERTIFICATE."
)


class VerifyingKey(NamedTuple):
    """A public key ready for use; ``kid`` is empty where its set names none."""

    kid: str
    algorithms: tuple[str, ...]
    public: Any

    def verifies(self, signed: bytes, signature: bytes, *, algorithm: str) -> bool:
        """Return whether ``signature`` was made by the private key, with this ``algorithm``."""
        if algorithm not in self.algorithms:
            return False
        try:
            _VERIFY[algorithm](self.public, signature, signed)
        except (InvalidSignature, ValueError):
            return False
        return True


def _verify_es256(public: Any, signature: bytes, signed: bytes) -> None:
    if len(signature) != 2 * _P256_BYTES:  # RFC 7518 section 3.4
        raise InvalidSignature
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    public.verify(encode_dss_signature(r, s), hashlib.sha256(signed).digest(), _ECDSA)


def _verify_eddsa(public: Any, signature: bytes, signed: bytes) -> None:
    public.verify(signature, signed)


_VERIFY: Final[dict[str, Callable[[Any, bytes, bytes], None]]] = {
    "RS256": lambda public, signature, signed: public.verify(signature, signed, _PKCS1, _SHA256),
    "PS256": lambda public, signature, signed: public.verify(signature, signed, _PSS, _SHA256),
    "ES256": _verify_es256,
    "EdDSA": _verify_eddsa,
    "Ed25519": _verify_eddsa,
}


@lru_cache(maxsize=2048)
def verifying_key(jwk: str) -> VerifyingKey:
    """Return the key of a JWK that ``public_jwks_of`` returned, as JSON."""
    return _verifying(json.loads(jwk))


@lru_cache(maxsize=256)
def verifying_keys(jwks: str) -> tuple[VerifyingKey, ...]:
    """Return the keys of a set that ``usable_keys`` returned, as JSON."""
    return tuple(_verifying(jwk) for jwk in json.loads(jwks)["keys"])


def public_jwks_of(pasted: str) -> list[dict[str, Any]]:
    """Return the public keys in ``pasted`` as JWKs, each with a ``kid`` and public members alone.

    Errors: RuleBroken (key) for anything else, for weak keys, and for a private key, which others
    may have seen by now. The sentence repeats nothing of what was pasted.
    """
    text = pasted.strip().removeprefix("\ufeff")  # Windows Notepad writes it first
    if len(text) > PASTED_MAX:
        raise _refused(_("Paste at most %(maximum)s characters."), maximum=PASTED_MAX)
    if "PRIVATE KEY" in text:
        raise _private()
    if text.startswith("-----BEGIN"):
        return [_of_pem(text)]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _refused(_SAMPLE)
    if "keys" not in found:
        return [_checked(found)]
    return usable_keys(found)["keys"]


def usable_keys(jwks: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the keys of a JWKS that verify signatures here; others in it do no harm.

    Errors: RuleBroken (key) for a private key in it, and where no key is left.
    """
    keys = jwks.get("keys")
    if not isinstance(keys, list) or len(keys) > KEYS_MAX:
        raise _refused(_("Use a JWKS: a JSON object with at most 100 keys."))
    found, reason = [], _refused(_("This JWKS has no keys."))
    for jwk in keys:
        try:
            found.append(_checked(jwk))
        except _Private:
            raise
        except RuleBroken as error:
            reason = error
    if not found:
        raise reason
    return {"keys": found}


class _Private(RuleBroken):
    """The key is a private one."""


def _private() -> _Private:
    sentence = _(
        "This is a private key, or has one in it. Keep it on the machine that uses it, and paste "
        "its public key. If others can have seen it, make a new pair."
    )
    return _Private(sentence, field="key")


def _refused(sentence: str, **values: Any) -> RuleBroken:
    return RuleBroken(sentence, field="key", **values)


def _of_pem(text: str) -> dict[str, Any]:
    try:
        return _checked(jwk_of_pem(text))
    except NotPem as error:
        raise _refused(_SAMPLE) from error


def _checked(jwk: Any) -> dict[str, Any]:
    """Return the members of a public key that are kept. Errors: RuleBroken (key)."""
    if not isinstance(jwk, dict):
        raise _refused(_SAMPLE)
    if _PRIVATE & jwk.keys():
        raise _private()
    try:
        public = _loaded(jwk)
        members = _members(jwk, public)
        kept = {**members, "kid": jwk.get("kid") or thumbprint_of(members)}
    except (KeyError, TypeError, ValueError) as error:
        raise _refused(_("Use a complete public key: a part is missing or wrong.")) from error
    _refuse_weak(public)
    kid = kept["kid"]
    if not isinstance(kid, str) or len(kid) > KID_MAX or not kid.isprintable():
        sentence = _("Use a kid of at most %(maximum)s characters, all of which can be seen.")
        raise _refused(sentence, maximum=KID_MAX)
    algorithm = jwk.get("alg")
    uses = jwk.get("key_ops") or ["verify"]
    if algorithm not in (None, *_OF_KIND[jwk["kty"]]) or (jwk.get("use") or "sig") not in _USES:
        raise _refused(_("Use a key for signatures with RS256, PS256, ES256 or EdDSA."))
    if not isinstance(uses, list) or "verify" not in uses:
        raise _refused(_("Use a key of which key_ops has verify."))
    return kept | ({"alg": algorithm} if algorithm else {})


def _members(jwk: Mapping[str, Any], public: Any) -> dict[str, Any]:
    """Return what makes up the key, in one form alone: some write zeros before ``n``."""
    members = public_members(jwk)
    if isinstance(public, rsa.RSAPublicKey):
        members |= {name: to_base64url(_bytes(jwk[name]).lstrip(b"\0")) for name in ("n", "e")}
    return members


def _refuse_weak(public: Any) -> None:
    if isinstance(public, rsa.RSAPublicKey):
        if public.key_size not in RSA_BITS:
            raise _refused(_("Use an RSA key of 2048 to 8192 bits."))
        is_weak = is_weak_modulus(public.public_numbers().n)
    else:
        is_ed25519 = isinstance(public, ed25519.Ed25519PublicKey)
        is_weak = is_ed25519 and is_weak_point(public.public_bytes_raw())
    if is_weak:
        raise _refused(_("This key is weak: others can sign with it too. Make a new pair."))


def _verifying(jwk: Mapping[str, Any]) -> VerifyingKey:
    fitting = _OF_KIND[jwk["kty"]]
    if jwk.get("alg") in ("RS256", "PS256"):
        fitting = (jwk["alg"],)
    return VerifyingKey(jwk["kid"], fitting, _loaded(jwk))


def _loaded(jwk: Mapping[str, Any]) -> Any:
    """Return the public key as ``cryptography`` uses it.

    Errors: KeyError, TypeError, ValueError; RuleBroken for another kind of key.
    """
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind == "RSA":
        n, e = (int.from_bytes(_bytes(jwk[name]), "big") for name in ("n", "e"))
        if e.bit_length() > _EXPONENT_BITS:
            raise Malformed("e is too large")
        return rsa.RSAPublicNumbers(e, n).public_key()
    if (kind, curve) == ("EC", "P-256"):
        point = b"".join(_bytes(jwk[name], _P256_BYTES) for name in ("x", "y"))
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + point)
    if (kind, curve) == ("OKP", "Ed25519"):
        return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(jwk["x"], _P256_BYTES))
    raise _refused(_("Use an RSA key, an EC key on P-256, or an Ed25519 key."))


def _bytes(text: Any, length: int | None = None) -> bytes:
    if not isinstance(text, str):
        raise Malformed("not a text")
    content = from_base64url(text)
    if length is not None and len(content) != length:
        raise Malformed("a coordinate has another length")
    return content
