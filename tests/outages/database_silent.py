"""PostgreSQL behind a relay that forwards nothing for a minute (AVA-13)."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import postgresql
from tests.outages.good_requests import GoodRequests
from tests.outages.table import Row
from tests.portal_database import new_database
from tests.portal_process import PortalProcess
from tests.relay import Relay

SILENT_S = 60
GOAL_S = 2.0
FAULT = f"PostgreSQL silent for {SILENT_S} s"


def rows() -> Iterator[Row]:
    """Cut the database off, and watch token requests until it is back."""
    with (
        postgresql.running(),
        tempfile.TemporaryDirectory() as folder,
        Relay(new_database("")) as relay,
        PortalProcess(Path(folder) / "var", database_url=relay.database_url) as portal,
    ):
        with GoodRequests(portal, per_second=20) as good:
            time.sleep(3)
            relay.silence()
            time.sleep(SILENT_S)
            probed_at = time.monotonic()
            is_unready = portal.get("/readyz") == 503
            probe_s = time.monotonic() - probed_at
            relay.speak()
            back_s = _until_served(good)
            time.sleep(3)
        portal.stop()
    answered = set(good.answers) == {"200", "503"} and good.longest_s <= GOAL_S
    yield Row(FAULT, str(good), f"503 within {GOAL_S:.0f} s each, no other", answered)
    yield Row(
        f"{FAULT}: /readyz",
        f"503: {is_unready}, after {probe_s:.2f} s",
        f"503 within {GOAL_S:.0f} s",
        is_unready and probe_s <= GOAL_S,
    )
    measured = f"token again after {back_s:.2f} s"
    yield Row(f"{FAULT}: its return", measured, f"{GOAL_S:.0f} s", back_s <= GOAL_S)


def _until_served(good: GoodRequests) -> float:
    """Return the seconds until a token request gets a token."""
    began, before = time.monotonic(), good.answers["200"]
    while good.answers["200"] == before and time.monotonic() - began < 30:
        time.sleep(0.01)
    return time.monotonic() - began
