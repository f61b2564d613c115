"""Certificates for servers of the tests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def write_certificate(file: Path) -> Path:
    """Write a certificate for localhost and its key, valid for a day; return the file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file.touch(0o600)
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


def certificate_of(
    private_key: Any,
    *,
    start: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    life: timedelta = timedelta(days=36_500),
) -> str:
    """Return a certificate of a client in PEM, signed by its own key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pump")])
    builder = (
        x509.CertificateBuilder(name, name, private_key.public_key(), 7)
        .not_valid_before(start)
        .not_valid_after(start + life)
    )
    signed = builder.sign(private_key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()
