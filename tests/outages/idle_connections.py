"""Connections that stay open: ten thousand idle ones, and sixty new machines a second (AVA-14)."""

import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.outages.good_requests import GoodRequests
from tests.outages.stalled import stalled
from tests.outages.table import Row
from tests.portal_process import PortalProcess

IDLE = 10_000
DURATION_S = 5
NEW_PER_SECOND = 60
NEW_FOR_S = 30  # before, the portal was silent from the 17th second on
LIMIT = 256
GOAL = "all 200; within 1 s, /livez within 0.5 s"
ONE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


def rows() -> Iterator[Row]:
    """Yield a row for idle connections, for machines that keep theirs, and for the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as name:
        with PortalProcess(Path(name) / "idle") as portal:
            good = GoodRequests(portal)
            with stalled(portal, ONE, IDLE), good:
                time.sleep(DURATION_S)
            yield Row(f"{IDLE:,} idle connections", str(good), GOAL, is_met(good))
            yield beside_new_machines(portal)
        with PortalProcess(Path(name) / "full", CONNECTIONS=str(LIMIT)) as portal:
            yield beyond_the_limit(portal)


def beside_new_machines(portal: PortalProcess) -> Row:
    """Measure good requests while more and more machines keep a connection."""
    with ExitStack() as stack:
        good = stack.enter_context(GoodRequests(portal, per_second=10))
        began = time.monotonic()
        for number in range(NEW_PER_SECOND * NEW_FOR_S):
            time.sleep(max(0.0, began + number / NEW_PER_SECOND - time.monotonic()))
            stack.enter_context(stalled(portal, ONE, 1))
    what = f"{NEW_PER_SECOND} machines a second keep a connection, for {NEW_FOR_S} s"
    return Row(what, str(good), GOAL, is_met(good))


def beyond_the_limit(portal: PortalProcess) -> Row:
    """Use a connection while there are more than CONNECTIONS of them."""
    wire = portal.connection(timeout_s=10)
    wire.connect()
    with stalled(portal, b"", 2 * LIMIT):
        statuses = []
        for _ in range(20):
            wire.request("GET", "/sign-in")
            answer = wire.getresponse()
            answer.read()
            statuses.append(answer.status)
        is_new_served = False
        with suppress(OSError):
            is_new_served = portal.get("/livez") == 200
    answers = portal.answers()
    said = (
        f"the open connection: {statuses.count(200)} x 200; "
        f"a new one {'is served' if is_new_served else 'waits'}; "
        f"afterwards {'is' if answers else 'is not'} served"
    )
    met = statuses == [200] * 20 and answers and not is_new_served
    return Row(f"{2 * LIMIT} connections, CONNECTIONS={LIMIT}", said, "served; waits; served", met)


def is_met(good: GoodRequests) -> bool:
    return set(good.answers) == {"200"} and good.longest_s <= 1 and good.longest_probe_s <= 0.5
