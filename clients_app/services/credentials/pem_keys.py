"""A public key in PEM, alone or in a certificate, as a JWK.

Source: RFC 7468; RFC 5280 section 4.1.2.5; RFC 4055 section 1.2.
"""

import binascii
import re
from base64 import b64decode
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import Certificate, load_der_x509_certificate
from cryptography.x509.oid import PublicKeyAlgorithmOID
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.rules.jwts import public_members

_PEM: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----")
_CERTIFICATE: Final = "CERTIFICATE"
_LABELS: Final = ("PUBLIC KEY", "RSA PUBLIC KEY", _CERTIFICATE)
_PSS: Final = bytes.fromhex("06092a864886f70d01010a")  # id-RSASSA-PSS
_OTHER_HASHES: Final = (
    bytes.fromhex("2b0e03021a"),
    bytes.fromhex("608648016503040202"),
    bytes.fromhex("608648016503040203"),
)
_HEAD: Final = 64  # bytes, in which a key says what it is for
_WRITERS: Final[tuple[tuple[type[Any], Any], ...]] = (
    (rsa.RSAPublicKey, RSAAlgorithm),
    (ec.EllipticCurvePublicKey, ECAlgorithm),
    (ed25519.Ed25519PublicKey, OKPAlgorithm),
)


class NotPem(ValueError):
    """The text is no public key in PEM, and no certificate."""


def jwk_of_pem(text: str) -> dict[str, Any]:
    """Return the members of the key in ``text``, and its ``alg`` where the key itself names one.

    Errors: NotPem; RuleBroken (key) for several keys, and for a key of another kind.
    """
    loaded, content = _loaded(text)
    public: Any = loaded.public_key() if isinstance(loaded, Certificate) else loaded
    writer = next((writer for kind, writer in _WRITERS if isinstance(public, kind)), None)
    if writer is None:
        sentence = _("Use an RSA key, an EC key on P-256, or an Ed25519 key.")
        raise RuleBroken(sentence, field="key")
    jwk = public_members(writer.to_jwk(public, as_dict=True))
    return {**jwk, **_algorithm_of(content, loaded, public)}


def check_certificate(text: str, *, now: datetime) -> None:
    """Raise RuleBroken (key) for a certificate that is not valid now; other texts pass."""
    try:
        certificate, _content = _loaded(text)
    except (NotPem, RuleBroken):
        return
    if not isinstance(certificate, Certificate):
        return
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > ends:
        sentence = _("This certificate expired on %(day)s. Use a new one, or its public key alone.")
        raise RuleBroken(sentence, field="key", day=f"{ends:%Y-%m-%d}")
    if now < begins:
        sentence = _(
            "This certificate is valid from %(day)s on. Use one that is valid now, or its public "
            "key alone."
        )
        raise RuleBroken(sentence, field="key", day=f"{begins:%Y-%m-%d}")


def _loaded(text: str) -> tuple[Any, bytes]:
    """Return the key or certificate, and its bytes. Errors: NotPem; RuleBroken (key)."""
    found = _PEM.fullmatch(text.strip())
    if found is None or found[1] not in _LABELS:
        if text.count("-----BEGIN") > 1:
            sentence = _("Paste one public key or one certificate at a time.")
            raise RuleBroken(sentence, field="key")
        raise NotPem
    try:
        content = b64decode("".join(found[2].split()), validate=True)
        load = load_der_x509_certificate if found[1] == _CERTIFICATE else load_der_public_key
        return load(content), content
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise NotPem from error


def _algorithm_of(content: bytes, loaded: Any, public: Any) -> dict[str, str]:
    """Return PS256 for a key that is for RSASSA-PSS alone.

    Errors: RuleBroken (key) for one that is for another hash.
    """
    if isinstance(loaded, Certificate):
        is_pss = loaded.public_key_algorithm_oid == PublicKeyAlgorithmOID.RSASSA_PSS
    else:
        is_pss = _PSS in content[:_HEAD]
    if not is_pss:
        return {}
    modulus = public.public_numbers().n.to_bytes((public.key_size + 7) // 8, "big")
    parameters = content[: content.index(modulus)].rpartition(_PSS)[2]
    if any(other in parameters for other in _OTHER_HASHES):
        sentence = _("Use a key for signatures with RS256, PS256, ES256 or EdDSA.")
        raise RuleBroken(sentence, field="key")
    return {"alg": "PS256"}
