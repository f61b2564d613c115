"""What people paste as a public key, and what is made of it."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import ECKey, OctKey, OKPKey
from jwt.algorithms import RSAAlgorithm

from clients_app.errors import RuleBroken
from clients_app.services.credentials.public_keys import public_jwks_of, usable_keys, verifying_key
from tests.certificates import certificate_of
from tests.oauth.assertions import key_of

pytestmark = pytest.mark.one_database
BITS = 2048
RSA, EC, OKP = key_of("RSA"), key_of("EC"), key_of("OKP")


def public(key: Any, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


@pytest.mark.parametrize("key", [RSA, EC, OKP], ids=["RSA", "EC", "OKP"])
def test_key_in_each_form_is_the_same_key(key: Any):
    [expected] = public_jwks_of(json.dumps(public(key)))

    assert expected["kid"] == key.thumbprint()
    assert not {"d", "use", "key_ops"} & expected.keys()
    pem = key.as_pem(private=False).decode()
    assert public_jwks_of(pem) == public_jwks_of(f"\r\n{pem}\n") == [expected]
    jwks = {"keys": [public(key), public(key_of("EC", 5), kid="second")]}
    first, second = public_jwks_of(json.dumps(jwks))
    assert (first, second["kid"]) == (expected, "second")


@pytest.mark.parametrize("key", [RSA, EC], ids=["RSA", "EC"])
def test_certificate_is_its_key(key: Any):
    assert public_jwks_of(certificate_of(key.private_key)) == public_jwks_of(
        json.dumps(public(key))
    )


def test_kid_and_algorithm_of_a_jwk_are_kept():
    pasted = json.dumps(public(RSA, kid="mine", alg="PS256", use="sig", x5t="abc"))

    [jwk] = public_jwks_of(pasted)

    assert (jwk["kid"], jwk["alg"]) == ("mine", "PS256")
    assert set(jwk) == {"kty", "n", "e", "kid", "alg"}


def private_texts() -> dict[str, str]:
    private = RSA.private_key
    forms = {
        "PKCS8": (PrivateFormat.PKCS8, NoEncryption()),
        "PKCS1": (PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "encrypted": (PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        "OpenSSH": (PrivateFormat.OpenSSH, NoEncryption()),
    }
    pem = {
        name: private.private_bytes(Encoding.PEM, form, encryption).decode()
        for name, (form, encryption) in forms.items()
    }
    return {
        **pem,
        "after its certificate": certificate_of(private) + pem["PKCS8"],
        "JWK of RSA": json.dumps(RSA.as_dict(private=True)),
        "JWK of EC": json.dumps(EC.as_dict(private=True)),
        "JWK of OKP": json.dumps(OKP.as_dict(private=True)),
        "symmetric": json.dumps(OctKey.generate_key(256).as_dict(private=True)),
        "in a JWKS": json.dumps({"keys": [public(EC), EC.as_dict(private=True)]}),
        "half": json.dumps({"kty": "RSA", "d": "AQAB"}),
    }


@pytest.mark.parametrize("name", private_texts())
def test_private_key_is_refused_without_repeating_it(name: str):
    text = private_texts()[name]

    with pytest.raises(RuleBroken, match="This is a private key") as caught:
        public_jwks_of(text)

    assert caught.value.field == "key"
    assert len(str(caught.value)) < 250
    assert not caught.value.values


def pem_of(public_key: Any) -> str:
    return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


WEAK = rsa.generate_private_key(65_537, BITS // 2).public_key()
UNUSABLE: dict[str, str] = {
    "RSA of 1024 bits": pem_of(WEAK),
    "RSA of 1024 bits as JWK": RSAAlgorithm.to_jwk(WEAK),
    "P-384": json.dumps(public(ECKey.generate_key("P-384"))),
    "secp256k1": pem_of(ec.generate_private_key(ec.SECP256K1()).public_key()),
    "Ed448": pem_of(ed448.Ed448PrivateKey.generate().public_key()),
    "X25519": json.dumps(public(OKPKey.generate_key("X25519"))),
    "DSA": pem_of(dsa.generate_private_key(1024).public_key()),  # noqa: S505  2048 take half a second
    "for encryption": json.dumps(public(RSA, use="enc")),
    "for another algorithm": json.dumps(public(RSA, alg="RS512")),
    "algorithm is a list": json.dumps(public(RSA, alg=[])),
    "to sign only": json.dumps(public(EC, key_ops=["sign"])),
    "key_ops is a number": json.dumps(public(EC, key_ops=5)),
    "long kid": json.dumps(public(EC, kid="k" * 201)),
    "NUL in kid": json.dumps(public(EC, kid="a\0b")),
    "kid is a number": json.dumps(public(EC, kid=5)),
    "not on the curve": json.dumps(public(EC, x=public(EC)["y"])),
    "short coordinate": json.dumps(public(EC, x="AAAA")),
    "padded": json.dumps(public(EC, x=public(EC)["x"] + "=")),
    "n is a number": json.dumps(public(RSA, n=5)),
    "no n": json.dumps({"kty": "RSA", "e": "AQAB"}),
    "exponent of one": json.dumps(public(RSA, e="AQ")),
    "long exponent": json.dumps(public(RSA, e=public(RSA)["n"])),
    "kty is a list": json.dumps({"kty": []}),
    "no kty": "{}",
    "empty JWKS": '{"keys": []}',
    "JWKS without a list": '{"keys": {}}',
    "JWKS of texts": '{"keys": ["a"]}',
    "nested": "[" * 10_000,
    "two keys in PEM": pem_of(EC.public_key) + pem_of(OKP.public_key),
    "two certificates": certificate_of(EC.private_key) * 2,
    "words after PEM": pem_of(EC.public_key) + "words",
    "NUL after PEM": pem_of(EC.public_key) + "\0",
    "even exponent": json.dumps(public(RSA, e="AQAA")),
    "P-256 with alg ES384": json.dumps(public(EC, alg="ES384")),
    "RSA with alg HS256": json.dumps(public(RSA, alg="HS256")),
    "kid that turns around": json.dumps(public(EC, kid="a\u202eb")),
    "another case of crv": json.dumps(public(EC, crv="p-256")),
    "x5c without n": json.dumps({"kty": "RSA", "x5c": ["AAAA"]}),
    "ten thousand keys": json.dumps({"keys": [public(EC)] * 10_000}),
    "keys beside a key": json.dumps(public(EC, keys=[])),
    "private key without its first line": "".join(
        EC.as_pem(private=True).decode().splitlines()[1:-1]
    ),
    "number without an end": '{"kty": 1e400}',
    "words": "my key",
    "nothing": "",
    "broken PEM": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    "broken certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    "too long": "x" * 70_000,
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_key_is_refused_with_a_sentence(name: str):
    with pytest.raises(RuleBroken) as caught:
        public_jwks_of(UNUSABLE[name])

    assert caught.value.field == "key"
    assert str(caught.value).endswith(".")


def test_keys_of_others_in_a_set_do_no_harm():
    jwks = {"keys": [public(RSA, use="enc"), public(ECKey.generate_key("P-521")), public(EC)]}

    assert [jwk["kid"] for jwk in usable_keys(jwks)["keys"]] == [EC.thumbprint()]


def test_set_of_more_than_a_hundred_keys_is_refused():
    with pytest.raises(RuleBroken, match="at most 100"):
        usable_keys({"keys": [public(EC)] * 101})


def test_thumbprint_is_that_of_the_example_of_rfc_7638():
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebW"
        "KRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMi"
        "cAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr"
        "3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    [jwk] = public_jwks_of(json.dumps({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256"}))

    assert jwk["kid"] == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_rsa_signature_of_another_length_verifies_nothing():
    [jwk] = public_jwks_of(json.dumps(public(RSA)))
    key = verifying_key(json.dumps(jwk))

    for algorithm in ("RS256", "PS256", "ES256", "none", ""):
        for signature in (b"", b"x" * 255, b"x" * 257):
            assert not key.verifies(b"a.b", signature, algorithm=algorithm)
