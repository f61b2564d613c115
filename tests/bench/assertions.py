"""Tokens by ES256 assertions (private_key_jwt), beside tokens by secrets and RSA signatures.

Each assertion is accepted once, so each round has its own, made before it begins.
"""

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from clients_app.rules.jwts import thumbprint_of
from tests.bench import load, machine
from tests.bench.portal import TOKEN_PATH, BenchPortal

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PER_SECOND: Final = 4000  # assertions made for a second of load: more than any core uses
ADD_KEYS: Final = """
import json
from django.utils import timezone
from clients_app.models import ClientKey
with open({file!r}) as keys:
    ClientKey.objects.bulk_create(
        ClientKey(client_id=client_id, jwk=jwk, thumbprint=jwk["kid"], created_at=timezone.now(),
            created_by="bench")
        for client_id, jwk in json.load(keys)
    )
"""

Keys = dict[str, Any]
Rows = list[tuple[str, str, str]]


def figures(
    folder: Path, stack: ExitStack, *, rounds: int, seconds: int
) -> list[tuple[str, str, str]]:
    """Return tokens by assertions per CPU second, as shares of RSA signatures and of secrets."""
    portal = stack.enter_context(BenchPortal(folder / "var"))
    keys, by_secret = with_keys(portal), portal.target()
    load.warm(by_secret)
    shares, of_secrets, rates = [], [], []
    bodies = folder / "assertions"
    for _ in range(rounds):
        limit = machine.rsa_signatures_per_cpu_second(2)
        secrets = load.run(by_secret, seconds).per_cpu_second
        write_assertions(bodies, portal, keys, count=seconds * PER_SECOND)
        done = run(portal, bodies, seconds)
        if done.refused:
            raise SystemExit(f"{done.refused} assertions were refused.")
        rates.append(done.per_cpu_second)
        shares.append(rates[-1] / limit)
        of_secrets.append(rates[-1] / secrets)
    return [
        ("tokens by ES256 assertions per CPU second", "", f"{load.median(rates):.0f}"),
        ("the same, share of the RSA limit", ">= 0.45", with_range(shares)),
        ("the same, per token by a secret", "", with_range(of_secrets)),
    ]


def with_keys(portal: BenchPortal) -> Keys:
    """Give each client of the portal a public key; return the private ones by Client Id."""
    keys = {client_id: ec.generate_private_key(ec.SECP256R1()) for client_id, _ in portal.pairs}
    jwks = {one: ECAlgorithm.to_jwk(key.public_key(), as_dict=True) for one, key in keys.items()}
    _add(portal, jwks)
    return keys


def add_rsa_keys(portal: BenchPortal) -> None:
    """Give each client of the portal an RSA key too, all of them the same."""
    key = rsa.generate_private_key(65537, 2048).public_key()
    _add(portal, dict.fromkeys(dict(portal.pairs), RSAAlgorithm.to_jwk(key, as_dict=True)))


def _add(portal: BenchPortal, jwks: Mapping[str, dict[str, str]]) -> None:
    rows = [(client_id, {**jwk, "kid": thumbprint_of(jwk)}) for client_id, jwk in jwks.items()]
    file = portal.data_dir / "keys"
    file.write_text(json.dumps(rows))
    done = portal.manage("shell", "-v", "0", "-c", ADD_KEYS.format(file=str(file)))
    if done.returncode:
        raise SystemExit(done.stderr)


def write_assertions(file: Path, portal: BenchPortal, keys: Keys, *, count: int) -> None:
    """Write ``count`` bodies of token requests, of one client after the other."""
    issuer, now = f"{portal.url}/identity", int(time.time())
    signers = list(keys.items())
    with file.open("w") as bodies:
        for number in range(count):
            client_id, key = signers[number % len(signers)]
            claims = {"iss": client_id, "sub": client_id, "aud": issuer, "iat": now}
            more = {"exp": now + 240, "jti": f"{now} {number}"}
            text = jwt.encode(claims | more, key, algorithm="ES256")
            bodies.write(f"{body_with(text)}\n")


def body_with(assertion: str) -> str:
    """Return the body of a token request; a JWT has no characters to escape."""
    kind = JWT_BEARER.replace(":", "%3A")
    return (
        f"grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}"
    )


def run(portal: BenchPortal, bodies: Path, seconds: int) -> load.Round:
    """Return what wrk measures on ``portal``, with each body sent once."""
    environment = {"BODIES": str(bodies), "TOKEN_PATH": TOKEN_PATH}
    return load.measured(portal.port, portal.pids(), "assertions.lua", environment, seconds)


def with_range(ratios: list[float]) -> str:
    """Return the median and the range."""
    return f"{load.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
