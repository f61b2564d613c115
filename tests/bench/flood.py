"""An attacker: well-formed wrong secrets, or forged assertions, for live clients, at a given rate.

`python -m tests.bench.flood KIND PORT RATE SECONDS`, client ids on standard input; KIND: `secrets`,
or the algorithm of the assertions. Prints a line when all are forged and the first is sent, and at
the end how often each status was answered, as JSON.
"""

import json
import secrets
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from typing import Final

from clients_app.rules.jwts import to_base64url
from clients_app.rules.secret_format import new_secret
from tests.bench import machine
from tests.bench.assertions import body_with
from tests.bench.load import basic
from tests.bench.portal import TOKEN_PATH, BenchPortal
from tests.portal_process import CHECKOUT

Forgery = tuple[dict[str, str], str]
RSA_BYTES: Final = 256  # of 2048 bits
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CONNECTIONS = 200  # more than the server lets wait, or its waiting would slow down the flood
ANSWER_MAX = 65536  # bytes
#: statuses; too many assertions at a time get 503
ANSWERS: Final = {
    "secrets": {"401", "429"},
    "RS256": {"401", "429", "503"},
    "ES256": {"401", "429", "503"},
}
READY: Final = "ready"  # printed when all is forged: an attacker's own work is not the server's


def main() -> None:
    """Send the flood and print the statuses."""
    forge, (port, rate, seconds) = FORGERIES[sys.argv[1]], map(int, sys.argv[2:])
    ids = cycle(sys.stdin.read().split())
    forged = [_as_request(*forge(next(ids), port)) for _ in range(rate * seconds)]
    print(READY, flush=True)  # noqa: T201  its answer
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        parts = [
            pool.submit(_flood, forged[first::CONNECTIONS], port, rate / CONNECTIONS)
            for first in range(CONNECTIONS)
        ]
    total: Counter[int] = sum((part.result() for part in parts), Counter())
    print(json.dumps(total))  # noqa: T201  its answer


def begun(portal: BenchPortal, kind: str, rate: int, *, seconds: int) -> subprocess.Popen[str]:
    """Return an attacker of the portal's clients on the other core, with its forgeries made."""
    words = ("-m", "tests.bench.flood", kind, str(portal.port), str(rate), str(seconds))
    attacker = subprocess.Popen(
        machine.on_core(machine.LOAD_CORE, sys.executable, *words),
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert attacker.stdin is not None
    assert attacker.stdout is not None
    attacker.stdin.write("\n".join(client_id for client_id, _ in portal.pairs))
    attacker.stdin.close()
    if attacker.stdout.readline().strip() != READY:
        raise SystemExit("The attacker could not make its forgeries.")
    return attacker


def statuses_of(attacker: subprocess.Popen[str], kind: str) -> dict[str, int]:
    """Return how often each status was answered, once the attacker of this kind has ended."""
    assert attacker.stdout is not None
    statuses: dict[str, int] = json.loads(attacker.stdout.read())
    if attacker.wait() or set(statuses) - ANSWERS[kind]:
        raise SystemExit(f"Forgeries were answered with {statuses}.")
    return statuses


def wrong_secret(client_id: str, port: int) -> Forgery:
    """Return the header and the body of a request with a well-formed wrong secret."""
    return {"Authorization": basic(client_id, new_secret())}, "grant_type=client_credentials"


def forged_assertion(
    client_id: str, port: int, *, algorithm: str, signature: Callable[[], bytes]
) -> Forgery:
    """Return those of a request with an assertion that only lacks the right signature.

    Nothing cheaper than the signature tells it from a good one.
    """
    now, issuer = int(time.time()), f"http://localhost:{port}/identity"
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "iat": now, "exp": now + 60}
    parts = ({"alg": algorithm, "typ": "JWT"}, {**claims, "jti": secrets.token_hex(8)})
    signed = ".".join(to_base64url(json.dumps(part).encode()) for part in parts)
    return {}, body_with(f"{signed}.{to_base64url(signature())}")


def _es256() -> bytes:
    numbers = [secrets.randbelow(P256_ORDER - 1) + 1 for _ in "rs"]
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def _rs256() -> bytes:
    return b"\0" + secrets.token_bytes(RSA_BYTES - 1)  # less than any modulus


FORGERIES: Final[dict[str, Callable[[str, int], Forgery]]] = {
    "secrets": wrong_secret,
    "ES256": partial(forged_assertion, algorithm="ES256", signature=_es256),
    "RS256": partial(forged_assertion, algorithm="RS256", signature=_rs256),
}


def _as_request(headers: dict[str, str], body: str) -> bytes:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    lines = [f"POST {TOKEN_PATH} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers | form).items()]
    return "\r\n".join([*lines, "", body]).encode()


def _flood(forged: list[bytes], port: int, rate: float) -> Counter[int]:
    statuses: Counter[int] = Counter()
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        for number, request in enumerate(forged):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            wire.sendall(request)
            answer = b""
            while not answer.endswith(b"}") and (piece := wire.recv(ANSWER_MAX)):
                answer += piece
            statuses[int(answer.split(maxsplit=2)[1])] += 1
    return statuses


if __name__ == "__main__":
    main()
