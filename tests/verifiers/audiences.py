"""Runs Apache as two APIs of one tenant: neither accepts tokens for the other, or the built-in one.

    .venv/bin/python -m tests.verifiers.audiences

tests/docs does the same with the programs of docs/examples. RES-2.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.portal_apis import PortalApis, add_apis
from tests.portal_process import PortalProcess
from tests.verifiers.apache import by_apache
from tests.verifiers.apis import Command, Setting, started
from tests.verifiers.tls_front import tls_front


def statuses(apis: PortalApis, folder: Path) -> dict[tuple[str, str], int]:
    """Return the status at each of the two APIs of tokens for each API."""
    portal = apis.portal
    found = {}
    with ExitStack() as running:
        front = running.enter_context(tls_front(portal.url, folder))
        commands: dict[str, Command] = {
            "Apache": lambda setting, port, behind: by_apache(setting, port, front=front)
        }
        base = Setting(portal.url, portal.port, apis.tenant_id, folder)
        for identifier in (apis.orders, apis.stock):
            setting = base._replace(identifier=identifier)
            api = running.enter_context(started("Apache", setting, commands))
            for audience in (apis.orders, apis.stock, portal.url):
                token = apis.token(resource=audience)
                found[identifier, audience] = api.get(token).status
    return found


def main() -> None:
    """Print the statuses; exit with status 1 unless each API accepts exactly its own tokens."""
    with tempfile.TemporaryDirectory() as name, PortalProcess(Path(name) / "var") as portal:
        found = statuses(add_apis(portal, "apache"), Path(name))
    for (identifier, audience), status in found.items():
        sys.stdout.write(f"Apache as {identifier:<34} token for {audience:<34} {status}\n")
    wrong = [
        pair
        for pair, status in found.items()
        if status not in ({200} if pair[0] == pair[1] else {401, 403})
    ]
    if wrong:
        sys.exit(f"Not as expected: {wrong}")


if __name__ == "__main__":
    main()
