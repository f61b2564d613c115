"""Client assertions, good ones and forgeries, made by joserfc; and the keys that sign them."""

import base64
import json
import time
import warnings
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from clients_app.models import Client, ClientKey
from clients_app.services.credentials.public_keys import public_jwks_of
from tests.credentials import insert_keys
from tests.oauth.wsgi import form

Key = RSAKey | ECKey | OKPKey
ISSUER: Final = "http://localhost:8000/identity"
TOKEN_ENDPOINT: Final = "http://localhost:8000/identity/connect/token"
JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KINDS: Final = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
MISSING: Final = object()


@cache
def key_of(kind: str, number: int = 0) -> Key:
    """Return a private key of the kind, always the same one; ``number`` tells several apart."""
    match kind:
        case "RSA":
            return RSAKey.generate_key(2048)
        case "EC":
            return ECKey.generate_key("P-256")
        case _:
            return OKPKey.generate_key("Ed25519")


def register(client: Client, key: Key, **columns: Any) -> ClientKey:
    """Give ``client`` the public part of ``key``."""
    [jwk] = public_jwks_of(json.dumps(key.as_dict(private=False)))
    more = {"expires_at": None, "jwk": jwk, "thumbprint": key.thumbprint(), **columns}
    [row] = insert_keys(client, 1, **more)
    return row


def claims_of(client_id: str, **more: Any) -> dict[str, Any]:
    """Return the claims of a good assertion with ``more``; MISSING leaves a claim out."""
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": ISSUER,
        "iat": now,
        "exp": now + 60,
        "jti": uuid4().hex,
        **more,
    }
    return {name: value for name, value in claims.items() if value is not MISSING}


def assertion(
    client_id: str,
    key: Any,
    *,
    alg: str = "ES256",
    header: dict[str, Any] | None = None,
    **more: Any,
) -> str:
    """Return an assertion of ``client_id``, good unless ``header`` or ``more`` makes it worse."""
    protected = {"alg": alg, "typ": "client-authentication+jwt", **(header or {})}
    if header and alg == "ES256":  # with all that a library refuses to write
        kept = {name: value for name, value in protected.items() if value is not MISSING}
        return by_hand(kept, claims_of(client_id, **more), sign=partial(_es256, key))
    payload = json.dumps(claims_of(client_id, **more))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # the old name of Ed25519
        return jws.serialize_compact(protected, payload, key, algorithms=[alg])


def _es256(key: Any, message: bytes) -> bytes:
    der = key.private_key.sign(message, ECDSA(SHA256()))
    return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))


def by_hand(header: Any, claims: Any, *, sign: Callable[[bytes], bytes] = lambda _: b"") -> str:
    """Return a JWT that no library would make."""
    signed = b".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return b".".join((signed, b64(sign(signed)))).decode()


def b64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def asking(text: str, **more: str) -> bytes:
    """Return the body of a token request with this assertion."""
    fields = {"client_assertion_type": JWT_BEARER, "client_assertion": text, **more}
    return form(grant_type="client_credentials", **fields)
