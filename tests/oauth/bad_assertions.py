"""What assertions may do wrong, through the endpoints: claims, forgeries, malformed texts.

Forgeries are made by joserfc, jwcrypto and by hand.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from joserfc.jwk import OctKey
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from clients_app.models.defaults import new_id
from tests.oauth.assertions import ISSUER, MISSING, TOKEN_ENDPOINT, assertion, b64, by_hand, key_of

Claims = dict[str, Any]
Forgery = Callable[[Claims], str]
EC = key_of("EC")
DAY = 86_400


def seconds(**moments: int) -> dict[str, Any]:
    return {name: int(time.time()) + moment for name, moment in moments.items()}


#: what is wrong, and the cause that is counted
WRONG: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "aud is another server": ("wrong-audience", lambda: {"aud": "https://other.example"}),
    "aud has a slash more": ("wrong-audience", lambda: {"aud": f"{ISSUER}/"}),
    "aud in upper case": ("wrong-audience", lambda: {"aud": ISSUER.upper()}),
    "aud is a list of one": ("wrong-audience", lambda: {"aud": [ISSUER]}),
    "aud is a list": ("wrong-audience", lambda: {"aud": [ISSUER, "https://other.example"]}),
    "aud is empty": ("wrong-audience", lambda: {"aud": ""}),
    "no aud": ("wrong-audience", lambda: {"aud": MISSING}),
    "aud is the token endpoint": ("wrong-audience", lambda: {"aud": TOKEN_ENDPOINT}),
    "no iss": ("wrong-claims", lambda: {"iss": MISSING}),
    "iss is another": ("wrong-claims", lambda: {"iss": str(new_id())}),
    "iss is no text": ("wrong-claims", lambda: {"iss": ["x"]}),
    "no sub": ("wrong-claims", lambda: {"sub": MISSING}),
    "sub is somebody": ("wrong-claims", lambda: {"sub": "somebody"}),
    "no jti": ("wrong-claims", lambda: {"jti": MISSING}),
    "jti is empty": ("wrong-claims", lambda: {"jti": ""}),
    "jti is a number": ("wrong-claims", lambda: {"jti": 7}),
    "jti is too long": ("wrong-claims", lambda: {"jti": "x" * 256}),
    "aud is an object": ("wrong-audience", lambda: {"aud": {"a": ISSUER}}),
    "aud is true": ("wrong-audience", lambda: {"aud": True}),
    "aud has a space more": ("wrong-audience", lambda: {"aud": f"{ISSUER} "}),
    "aud in other characters": ("wrong-audience", lambda: {"aud": ISSUER.replace("l", "\u217c")}),
    "jti is a list": ("wrong-claims", lambda: {"jti": ["a"]}),
    "sub is an object": ("wrong-claims", lambda: {"sub": {"a": 1}}),
    "exp is negative": ("wrong-time", lambda: {"exp": -1}),
    "exp is a list": ("wrong-time", lambda: {"exp": [int(time.time()) + 60]}),
    "exp in milliseconds": ("wrong-time", lambda: {"exp": (int(time.time()) + 60) * 1000}),
    "iat is negative": ("wrong-time", lambda: {"iat": -5}),
    "no exp": ("wrong-time", lambda: {"exp": MISSING}),
    "exp is a text": ("wrong-time", lambda: {"exp": "9999999999"}),
    "exp is true": ("wrong-time", lambda: {"exp": True}),
    "exp is beyond all": ("wrong-time", lambda: {"exp": 10**30}),
    "expired": ("wrong-time", lambda: seconds(iat=-90, exp=-31)),
    "too long a life": ("wrong-time", lambda: seconds(exp=600)),
    "a day of life": ("wrong-time", lambda: seconds(exp=DAY)),
    "iat in the future": ("wrong-time", lambda: seconds(iat=300)),
    "nbf in the future": ("wrong-time", lambda: seconds(nbf=300)),
    "iat is a text": ("wrong-time", lambda: {"iat": "now"}),
    "typ of an access token": ("bad-assertion", lambda: {"header": {"typ": "at+jwt"}}),
    "typ of an ID token": ("bad-assertion", lambda: {"header": {"typ": "id+jwt"}}),
    "crit": ("bad-assertion", lambda: {"header": {"crit": ["x"], "x": 1}}),
    "b64 in crit": ("bad-assertion", lambda: {"header": {"crit": ["b64"], "b64": True}}),
    **{
        f"typ is {typ}": ("bad-assertion", lambda typ=typ: {"header": {"typ": typ}})
        for typ in ({}, [], 0, False, ["JWT"], "JWT ", "JWT\u00a0")
    },
    **{
        f"{name} is {value}": ("bad-assertion", lambda one=(name, value): {"header": dict([one])})
        for name, value in (
            *(("crit", None), ("crit", []), ("b64", False), ("zip", "DEF"), ("enc", "A256GCM")),
            *(("cty", "JWT"), ("cty", "application/jwt"), ("jku", None)),
        )
    },
    "jku": ("bad-assertion", lambda: {"header": {"jku": "https://evil.example/jwks"}}),
    "x5u": ("bad-assertion", lambda: {"header": {"x5u": "https://evil.example/x"}}),
    "jwk": ("bad-assertion", lambda: {"header": {"jwk": EC.as_dict(private=False)}}),
}


def attacker() -> Any:
    return key_of("EC", 9)


def by_mac(secret: bytes) -> Forgery:
    """The public key as the secret of a MAC, by jwcrypto: a known attack on careless verifiers."""

    def forge(claims: Claims) -> str:
        token = JWS(json.dumps(claims))
        token.add_signature(JWK(kty="oct", k=b64(secret).decode()), None, '{"alg": "HS256"}')
        return str(token.serialize(compact=True))

    return forge


def with_signature(alg: Any, signature: bytes) -> Forgery:
    return lambda claims: by_hand({"alg": alg}, claims, sign=lambda _: signature)


#: of a client or a token of a platform, by its claims
FORGED: dict[str, Forgery] = {
    "none": with_signature("none", b""),
    "none with a signature": with_signature("none", b"x"),
    "None with a signature": with_signature("None", b"x"),
    "HS256 with the public key in PEM": by_mac(EC.as_pem(private=False)),
    "HS256 with the public key in PEM, stripped": by_mac(EC.as_pem(private=False).strip()),
    "HS256 with the public key in DER": by_mac(EC.as_der(private=False)),
    "HS256 with the public JWK": by_mac(json.dumps(EC.as_dict(private=False)).encode()),
    "HS256 with the thumbprint": lambda c: signed(
        c, OctKey.import_key(EC.thumbprint()), alg="HS256"
    ),
    "another key": lambda c: signed(c, attacker()),
    "another key in its jwk": lambda c: signed(
        c, attacker(), header={"jwk": attacker().as_dict(private=False)}
    ),
    "another key at its jku": lambda c: signed(
        c, attacker(), header={"jku": "https://evil.example"}
    ),
    "another key in its x5c": lambda c: signed(c, attacker(), header={"x5c": ["MIIB"]}),
    "unknown kid": lambda c: signed(c, attacker(), header={"kid": "unknown"}),
    "our kid, another key": lambda c: signed(c, attacker(), header={"kid": EC.thumbprint()}),
    "kid is a list": lambda c: signed(c, attacker(), header={"kid": []}),
    "kid is a path": lambda c: signed(c, attacker(), header={"kid": "../../dev/null"}),
    "kid is SQL": lambda c: signed(c, attacker(), header={"kid": "' OR 1=1 --"}),
    "another algorithm": lambda c: signed(c, key_of("RSA"), alg="RS256"),
    "algorithm is a number": with_signature(5, b"x" * 64),
    "no algorithm": with_signature(None, b"x" * 64),
    "signature of zeros": with_signature("ES256", bytes(64)),
    "signature in DER": with_signature("ES256", b"\x30\x06" + bytes(6)),
    "no signature": lambda c: signed(c, EC).rpartition(".")[0] + ".",
    "changed claims": lambda c: _with_claims(signed(c, EC), {**c, "jti": "another"}),
}


def signed(claims: Claims, key: Any, **more: Any) -> str:
    return assertion("", key, **more, **claims)


def _with_claims(text: str, claims: dict[str, Any]) -> str:
    header, _, signature = text.split(".")
    return ".".join((header, by_hand({}, claims).split(".")[1], signature))


MALFORMED: dict[str, Callable[[str], str]] = {
    "words": lambda text: "words",
    "two parts": lambda text: text.rpartition(".")[0],
    "five parts": lambda text: f"{text}.a.b",
    "padding": lambda text: f"{text}=",
    "line break": lambda text: f"{text}\n",
    "too long": lambda text: f"{text}{'A' * 17_000}",
    "header is a list": lambda text: f"W10.{text.partition('.')[2]}",
    "bits that mean nothing": lambda text: f"{text[:-1]}{chr(ord(text[-1]) + 1)}",
    "header is no JSON": lambda text: f"AAAA.{text.partition('.')[2]}",
    "NaN": lambda text: _with_json(text, '{"exp": NaN}'),
    "nested": lambda text: _with_json(text, "[" * 5000),
    # as deep as Python can read, but not write: in the header, which is shown beside the keys
    **{
        f"{depth} lists in kid": lambda text, depth=depth: _with_header(
            text, f'{{"alg": "ES256", "kid": {"[" * depth}{"]" * depth}}}'
        )
        for depth in (20, 900)
    },
    "JSON instead of the compact form": lambda text: _by_jwcrypto(text).serialize(),
    "encrypted": lambda text: _encrypted(text),
    "detached": lambda text: "..".join((text.split(".")[0], text.split(".")[2])),
    "a claim twice": lambda text: _with_json(text, '{"sub": "a", "sub": "b"}'),
}


def _by_jwcrypto(text: str) -> JWS:
    found = JWS()
    found.deserialize(text, JWK(**EC.as_dict(private=False)))
    return found


def _encrypted(text: str) -> str:
    header = json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", "cty": "JWT"})
    return str(JWE(text, header, recipient=JWK(**EC.as_dict(private=False))).serialize(True))


def _with_json(text: str, claims: str) -> str:
    header, _, signature = text.split(".")
    return ".".join((header, b64(claims.encode()).decode(), signature))


def _with_header(text: str, header: str) -> str:
    return ".".join((b64(header.encode()).decode(), text.partition(".")[2]))
