"""Rotates the signing keys while verifiers cache them, and counts refused tokens.

    make faults

Five rotations take less than ten minutes, because the portal tells verifiers to keep its keys for
JWKS_MAX_AGE = 15 seconds. Everything else is as usual: a key is published for that time and a
minute before it signs. Every second, each verifier checks a new token and the very first one. A
last rotation skips the state *next* and must make verifiers fail; otherwise nothing was measured.

KEY-4.
"""

import json
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import jwt

from tests.portal_process import PortalProcess
from tests.verifiers.apache import by_apache
from tests.verifiers.apis import APIS, Api, Command, Setting, by_envoy, started
from tests.verifiers.tls_front import tls_front

MAX_AGE_S: Final = 15
ALGORITHMS: Final = ("PS256", "ES256", "RS256", "ES256", "RS256")  # of the following keys
ROTATION_LIMIT_S: Final = 110.0  # 15, a minute, and ten seconds between two checks of the schedule
AFTERWARDS_S: Final = 20.0  # for verifiers to fetch the keys again
WITHOUT_NEXT: Final = """
from datetime import UTC, datetime
from django.db import transaction
from clients_app.services.signing_keys import rotation
now = datetime.now(UTC)
with transaction.atomic():
    row = rotation._add_next(signs_from=now, actor=rotation._SYSTEM, now=now)
    rotation._activate(row, actor=rotation._SYSTEM, now=now)
"""


def envoy_that_obeys(setting: Setting, port: int, behind: int) -> list[str]:
    """Return Envoy, configured with the max-age of the portal: it does not read the header."""
    command = by_envoy(setting, port, behind)
    file = Path(command[command.index("-c") + 1])
    config = file.read_text()
    assert '"300s"' in config
    file.write_text(config.replace('"300s"', f'"{MAX_AGE_S}s"'))
    return command


class Run:
    """A portal, its verifiers, and how often each of them refused a valid token."""

    def __init__(self, portal: PortalProcess, folder: Path, verifiers: ExitStack) -> None:
        self.portal = portal
        added = portal.manage("clients", "add", "Caller", "--json")
        self.client = json.loads(added.stdout)
        self.first = self.token()
        tenant_id = _unverified(self.first)["tid"]
        setting = Setting(portal.url, portal.port, tenant_id, folder)
        front = verifiers.enter_context(tls_front(portal.url, folder))
        commands: dict[str, Command] = {
            "PyJWT": APIS["PyJWT"],
            "jose": APIS["jose"],
            "Envoy": envoy_that_obeys,
            "Apache": lambda setting, port, behind: by_apache(setting, port, front=front),
        }
        self.apis: dict[str, Api] = {
            name: verifiers.enter_context(started(name, setting, commands)) for name in commands
        }
        self.accepted: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def token(self) -> str:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.client["client_id"],
            "client_secret": self.client["client_secret"],
        }
        body = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(self.client["token_endpoint"], body) as answer:  # noqa: S310  our own server
            return json.load(answer)["access_token"]

    def verify(self) -> str:
        """Send each verifier a new token and the first one; return the kid of the new one."""
        new = self.token()
        for name, api in self.apis.items():
            for token in (new, self.first):
                good = api.get(token).status == 200
                (self.accepted if good else self.refused)[name] += 1
        return jwt.get_unverified_header(new)["kid"]

    def verify_until(self, done: Callable[[str], bool], *, limit_s: float) -> None:
        """Verify each second until ``done`` returns True for the kid of a new token."""
        limit = time.monotonic() + limit_s
        while True:
            began = time.monotonic()
            if done(self.verify()):
                return
            if time.monotonic() > limit:
                raise SystemExit(f"No rotation in {limit_s} s:\n{self.portal.log()[-3000:]}")
            time.sleep(max(0.0, began + 1 - time.monotonic()))

    def verify_for(self, duration_s: float) -> None:
        end = time.monotonic() + duration_s
        self.verify_until(lambda _: time.monotonic() >= end, limit_s=duration_s + 60)

    def rotate(self, algorithm: str) -> None:
        """Request a rotation and verify until the next key signs."""
        before = self.verify()
        asked = self.portal.manage("keys", "rotate", TOKEN_SIGNING_ALGORITHM=algorithm)
        assert asked.returncode == 0, asked.stderr
        self.verify_until(lambda kid: kid != before, limit_s=ROTATION_LIMIT_S)

    def rotate_without_next(self) -> None:
        """Activate a key that no verifier has seen, without the services."""
        before = self.verify()
        asked = self.portal.manage("shell", "-v", "0", "-c", WITHOUT_NEXT)
        assert asked.returncode == 0, asked.stderr
        self.verify_until(lambda kid: kid != before, limit_s=10)

    def counts(self) -> list[str]:
        return [
            f"  {name:<8} {self.accepted[name]:>5} accepted {self.refused[name]:>5} refused"
            for name in self.apis
        ]


@contextmanager
def running(folder: Path) -> Iterator[Run]:
    """Yield a run with everything started; stop everything afterwards."""
    with (
        PortalProcess(folder / "var", JWKS_MAX_AGE=str(MAX_AGE_S)) as portal,
        ExitStack() as verifiers,
    ):
        yield Run(portal, folder, verifiers)


def _unverified(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def main() -> None:
    """Print the result of each verifier; exit with status 1 if a rotation refused valid tokens."""
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as run:
        began = time.monotonic()
        for number, algorithm in enumerate(ALGORITHMS, 1):
            run.rotate(algorithm)
            say(f"Rotation {number} ({algorithm}) after {time.monotonic() - began:.0f} s")
        run.verify_for(AFTERWARDS_S)
        say(f"{len(ALGORITHMS)} rotations, {time.monotonic() - began:.0f} s:", *run.counts())
        with_next = run.refused.total()
        run.accepted, run.refused = Counter(), Counter()
        run.rotate_without_next()
        run.verify_for(AFTERWARDS_S)
        say("One rotation without the state next:", *run.counts())
        without = run.refused.total()
    if with_next or not without:
        sys.exit(f"Refused with next: {with_next} (must be 0); without: {without} (must not be).")


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
