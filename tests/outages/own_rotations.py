"""A thousand machines' own rotations (SEC-20) beside good requests: none is refused."""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.example_programs import load_example
from tests.outages.good_requests import GoodRequests
from tests.outages.table import Row
from tests.portal_process import PortalProcess

ROTATIONS = 1_000
MACHINES = 8  # at the same time
LIMIT_S = 85
GOAL = f"{ROTATIONS:,} rotated; all 200"


def rows() -> Iterator[Row]:
    """Yield one row: how many rotations were done, and what good requests got meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with PortalProcess(folder / "portal") as portal:
            files = [new_machine(portal, folder / f"{number}.json") for number in range(MACHINES)]
            good = GoodRequests(portal, per_second=20)
            with good, ThreadPoolExecutor(MACHINES) as pool:
                until = time.monotonic() + LIMIT_S
                ends = Counter[str]()
                for some in pool.map(lambda file: rotations(portal, file, until), files):
                    ends += some
            left = Counter(how_many_secrets(portal, file) for file in files)
    said = ", ".join(f"{count} {end}" for end, count in ends.items())
    met = ends == {"rotated": ROTATIONS} and set(good.answers) == {"200"} and set(left) == {1}
    yield Row(f"{MACHINES} machines rotate their own secrets", f"{said}; {good}", GOAL, met)


def new_machine(portal: PortalProcess, file: Path) -> Path:
    """Add a client that may rotate its own secrets; return the file with its secret."""
    words = ("clients", "add", f"Machine {file.stem}", "--may-rotate-own-secrets", "--json")
    added = portal.run(*words)
    assert added.returncode == 0, added.stderr
    file.write_text(added.stdout)
    return file


def rotations(portal: PortalProcess, file: Path, until: float) -> Counter[str]:
    """Rotate as often as is this machine's share, or until the time is over; count the ends."""
    example, ends = load_example("unattended_machine"), Counter[str]()
    for _ in range(ROTATIONS // MACHINES):
        if time.monotonic() > until:
            break
        try:
            example.rotate(portal.url, file)
            ends["rotated"] += 1
        except example.Failed as error:
            ends[str(error)] += 1
    return ends


def how_many_secrets(portal: PortalProcess, file: Path) -> int:
    """Return how many secrets the portal lists, by a token of the one in the file."""
    example, state = load_example("unattended_machine"), json.loads(file.read_text())
    token = example.token_of(portal.url, state["client_id"], state["client_secret"])
    return len(example.Secrets(portal.url, token).call("GET"))
