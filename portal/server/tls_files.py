"""Checks that the server can use TLS_CERT and TLS_KEY; each error says what to do."""

import ssl
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_CURVES: Final = {"secp256r1", "secp384r1"}  # P-256, P-384
_RSA_BITS: Final = range(2048, 8193)
_RSA: Final = x509.PublicKeyAlgorithmOID.RSAES_PKCS1_v1_5  # another one is RSASSA-PSS only


def check_tls() -> None:
    """Raise ImproperlyConfigured if certificate and key cannot be used together, or not here."""
    if settings.TLS_FILES is None:
        return
    certificate, key = settings.TLS_FILES
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        is_usable = _is_usable(certificate)
        if is_usable:
            context.load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"TLS_CERT {certificate} and TLS_KEY {key} cannot be used together; set them to a "
            "certificate and its key, both in PEM, the key without a password."
        ) from error
    if not is_usable:
        raise ImproperlyConfigured(
            f"TLS_KEY {key} is of a kind that this server does not support; set TLS_CERT and "
            "TLS_KEY to a certificate and its key on P-256 or P-384, of Ed25519, or of RSA with "
            "2048 to 8192 bits."
        )


def _is_usable(certificate: Path) -> bool:
    """Return whether the server supports the key of the certificate; with others it panics.

    Errors: ValueError; OSError.
    """
    [leaf, *_] = x509.load_pem_x509_certificates(certificate.read_bytes())
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size in _RSA_BITS and leaf.public_key_algorithm_oid == _RSA
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name in _CURVES
    return isinstance(key, ed25519.Ed25519PublicKey)
