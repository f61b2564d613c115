"""Public keys that others can sign with, and keys that say the same in several ways."""

import base64
import json
import ssl
from math import gcd, prod
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clients_app.errors import RuleBroken
from clients_app.rules.jwts import to_base64url
from clients_app.services.credentials.public_keys import (
    public_jwks_of,
    usable_keys,
    verifying_key,
)
from tests.certificates import certificate_of
from tests.oauth.assertions import key_of

pytestmark = pytest.mark.one_database
BITS = 2048
TORSION = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826  # y, of order 8
RSA, EC, OKP = key_of("RSA"), key_of("EC"), key_of("OKP")


def public(key: Any, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


def modulus(n: int) -> str:
    return to_base64url(n.to_bytes((n.bit_length() + 7) // 8, "big"))


def roca_modulus() -> int:
    """Return a number that is, modulo each small prime, a power of 65537, as those of ROCA are."""
    primes = [one for one in range(3, 168) if all(one % other for other in range(2, one))]
    found = pow(65_537, 4_711, prod(primes)) + (prod(primes) << BITS - prod(primes).bit_length())
    rest = prod(one for one in range(168, 752))
    while found % 2 == 0 or gcd(found, rest) > 1:
        found += prod(primes)
    return found


N = RSA.public_key.public_numbers().n
WEAK_KEYS: dict[str, dict[str, Any]] = {
    "even": public(RSA, n=modulus(N - 1)),
    "with a small factor": public(RSA, n=modulus(N - N % 751 + 751 * (1 - N // 751 % 2))),
    "a power of two and one": public(RSA, n=modulus(2**2047 + 1)),
    "a square": public(RSA, n=modulus((2**1_024 - 105) ** 2)),
    "two primes close together": public(RSA, n=modulus((2**1_024 - 105) * (2**1_024 - 179))),
    "ROCA": public(RSA, n=modulus(roca_modulus())),
    **{
        f"Ed25519 {y:x} {sign}": public(
            OKP, x=to_base64url((y | sign << 255).to_bytes(32, "little"))
        )
        for y in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, TORSION)
        for sign in (0, 1)
    },
}


@pytest.mark.parametrize("name", WEAK_KEYS)
def test_weak_key_is_refused_wherever_it_comes_from(name: str):
    """For most of them, anybody can sign."""
    jwk = WEAK_KEYS[name]
    with pytest.raises(RuleBroken, match="This key is weak"):
        public_jwks_of(json.dumps(jwk))
    assert usable_keys({"keys": [jwk, public(EC)]})["keys"] == public_jwks_of(
        json.dumps(public(EC))
    )


def test_key_is_the_same_in_all_ways_to_write_it():
    [expected] = public_jwks_of(json.dumps(public(RSA)))
    zeros = to_base64url(b"\0" + N.to_bytes(BITS // 8, "big"))  # as BigInteger of Java does

    assert public_jwks_of(json.dumps(public(RSA, n=zeros, e="AAEAAQ"))) == [expected]
    assert public_jwks_of(json.dumps(public(RSA, use=None, key_ops=None))) == [expected]
    assert public_jwks_of("\ufeff" + json.dumps(public(RSA))) == [expected]  # of Notepad
    assert public_jwks_of("\ufeff" + RSA.as_pem(private=False).decode()) == [expected]


@pytest.mark.parametrize("in_certificate", [False, True])
@pytest.mark.parametrize("of_hash", [None, hashes.SHA256(), hashes.SHA512()])
def test_key_for_pss_alone_never_verifies_pkcs1(of_hash: Any, in_certificate: bool):
    """RFC 4055 section 1.2."""
    plain = RSA.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pss = pss_of(plain, of_hash)
    text = (
        pem_text(certificate_with(plain, pss), "CERTIFICATE") if in_certificate else pem_text(pss)
    )

    if isinstance(of_hash, hashes.SHA512):
        with pytest.raises(RuleBroken, match="RS256, PS256"):
            public_jwks_of(text)
    else:
        [jwk] = public_jwks_of(text)
        assert jwk["alg"] == "PS256"
        assert verifying_key(json.dumps(jwk)).algorithms == ("PS256",)


def pss_of(spki: bytes, of_hash: Any) -> bytes:
    """Return the key with the algorithm id-RSASSA-PSS, and the hash among its parameters."""
    oids = {"sha256": "0609608648016503040201", "sha512": "0609608648016503040203"}
    parameters = b""
    if of_hash is not None:
        oid = bytes.fromhex(oids[of_hash.name])
        parameters = sequence(b"\xa0" + lengths(sequence(oid + b"\x05\x00")))
    algorithm = sequence(bytes.fromhex("06092a864886f70d01010a") + parameters)
    bits = spki[spki.index(b"\x03\x82") :]
    return sequence(algorithm + bits)


def certificate_with(plain: bytes, pss: bytes) -> bytes:
    """Return a certificate of the key ``plain`` with ``pss`` in its place."""
    der = ssl.PEM_cert_to_DER_cert(certificate_of(RSA.private_key))
    end = 8 + int.from_bytes(der[6:8], "big")  # of what is signed, after two heads of four bytes
    return sequence(sequence(der[8:end].replace(plain, pss)) + der[end:])


def lengths(content: bytes) -> bytes:
    size = len(content)
    return (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + content


def sequence(content: bytes) -> bytes:
    return b"\x30" + lengths(content)


def pem_text(der: bytes, label: str = "PUBLIC KEY") -> str:
    body = base64.b64encode(der).decode()
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"
