"""A device with passkeys, in software: what a browser and an authenticator answer together.

Each step can be told to lie, as `origin="https://evil.example"` or `verified=False`.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client as Browser
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import RegistrationResponse

from clients_app.models import Person

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:8000"
ADD = "/account/passkeys/add"


class SoftPasskey(NamedTuple):
    """A passkey on the device: its id, key, host and the id of its person."""

    id: bytes
    key: ec.EllipticCurvePrivateKey
    host: str
    user: bytes


def make(options: dict[str, Any], **lies: Any) -> tuple[SoftPasskey, str]:
    """Return a new passkey and the answer to ``options``, as JSON."""
    asked = options["publicKey"]
    key = ec.generate_private_key(ec.SECP256R1())
    user = from_b64(asked["user"]["id"])
    passkey = SoftPasskey(secrets.token_bytes(32), key, asked["rp"]["id"], user)
    credential = bytes(16) + len(passkey.id).to_bytes(2, "big") + passkey.id
    credential += cbor.encode(ES256.from_cryptography_key(key.public_key()))
    data = _data(passkey, ATTESTED, **lies) + credential
    attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
    client = _client("webauthn.create", asked["challenge"], **lies)
    return passkey, _answer(passkey, clientDataJSON=client, attestationObject=attestation)


def use(passkey: SoftPasskey, options: dict[str, Any], **lies: Any) -> str:
    """Return the answer of ``passkey`` to ``options``, as JSON."""
    client = _client("webauthn.get", options["publicKey"]["challenge"], **lies)
    data = _data(passkey, 0, **lies)
    signed = data + hashlib.sha256(client).digest()
    signature = passkey.key.sign(signed, ec.ECDSA(SHA256()))
    return _answer(
        passkey,
        clientDataJSON=client,
        authenticatorData=data,
        signature=lies.get("signature", signature),
        userHandle=lies.get("user", passkey.user),
    )


def registration(person: Person) -> RegistrationResponse:
    """Return a new passkey of ``person``, without a browser."""
    user = {"id": to_b64(str(person.pk).encode())}
    asked = {"rp": {"id": "localhost"}, "user": user, "challenge": to_b64(secrets.token_bytes(32))}
    return RegistrationResponse.from_dict(json.loads(make({"publicKey": asked})[1]))


def options_for(browser: Browser, purpose: str) -> dict[str, Any]:
    """Return what the script of a page gets for ``purpose``."""
    found: dict[str, Any] = browser.get(f"/passkey/{purpose}").json()
    return found


def add_passkey(browser: Browser, name: str = "Laptop", **lies: Any) -> tuple[SoftPasskey, Any]:
    """Add a passkey to the account of a signed-in browser; return it and the response."""
    passkey, answer = make(options_for(browser, "add"), **lies)
    return passkey, browser.post(ADD, {"name": name, "passkey": answer})


def from_b64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_b64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _client(kind: str, challenge: str, /, *, origin: str = ORIGIN, **lies: Any) -> bytes:
    said = {"type": lies.get("kind", kind), "challenge": lies.get("challenge", challenge)}
    return json.dumps({**said, "origin": origin, "crossOrigin": lies.get("cross", False)}).encode()


def _data(passkey: SoftPasskey, flags: int, *, count: int = 0, **lies: Any) -> bytes:
    host = hashlib.sha256(lies.get("host", passkey.host).encode()).digest()
    flags |= PRESENT | (VERIFIED if lies.get("verified", True) else 0)
    return host + bytes([flags]) + count.to_bytes(4, "big")


def _answer(passkey: SoftPasskey, **response: bytes) -> str:
    parts = {name: to_b64(content) for name, content in response.items()}
    credential_id = to_b64(passkey.id)
    answer = {"id": credential_id, "rawId": credential_id, "type": "public-key"}
    return json.dumps({**answer, "response": parts, "clientExtensionResults": {}})
