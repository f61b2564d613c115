"""A collector gets every event at least once, also after processes that ended (AUD-4).

The tests share a portal, which each leaves running, with a collector that has all events.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.add_by_http import new_form, send, signed_in
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.sampling import sampled
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database

ADDED = 12  # clients, with three times as many events as the pipe holds
LONG = "\U0001f4a7" * 500  # its JSON is longer than the pipe


class Collector:
    """What a collector has read; the pipe holds 4 KiB."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self.end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.end, fcntl.F_SETPIPE_SZ, 4096)
        self.text = b""

    def read(self) -> None:
        try:
            self.text += os.read(self.end, 65_536)
        except BlockingIOError:
            return

    def events(self) -> list[dict[str, Any]]:
        """Return the events of whole lines."""
        self.read()
        found = []
        for line in self.text.split(b"\n")[:-1]:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def has_all_of(self, portal: PortalProcess) -> bool:
        rows = portal.query("SELECT sequence FROM clients_app_auditevent ORDER BY sequence")
        return sorted({one["sequence"] for one in self.events()}) == [number for (number,) in rows]


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    collector = Collector(tmp_path_factory.mktemp("collector") / "pipe")
    yield collector
    os.close(collector.end)


@pytest.fixture(scope="module")
def portal(collector: Collector) -> Iterator[PortalProcess]:
    folder, stream = collector.path.with_name("var"), str(collector.path)
    with PortalProcess(folder, like=prepared_portal(), AUDIT_STREAM=stream) as portal:
        wait_until(lambda: collector.has_all_of(portal))
        yield portal


@pytest.mark.parametrize("end", sampled(["kill", "stop"]))
def test_events_that_wait_when_the_server_ends_are_sent_after_its_next_start(
    portal: PortalProcess, collector: Collector, end: str
) -> None:
    session, known = signed_in(portal), len(collector.events())
    wait_until(lambda: collector.has_all_of(portal))
    forms = [new_form(f"Pump {number}, {end}") for number in range(ADDED)]
    answers = [send(session, portal, form) for form in forms]
    assert [answer.status if answer else 0 for answer in answers] == [200] * ADDED
    assert not collector.has_all_of(portal)

    getattr(portal, end)()
    portal.start()

    wait_until(lambda: collector.has_all_of(portal))
    numbers = [one["sequence"] for one in collector.events()[known:]]
    assert len(numbers) <= len(set(numbers)) + 1  # the one that was written when it ended


def test_event_amid_which_a_command_ends_is_sent_whole_by_the_server(
    portal: PortalProcess, collector: Collector
) -> None:
    known = len(collector.events())
    added = portal.manage("clients", "add", "Long", "--description", LONG)
    assert added.returncode == 0, added.stderr
    assert "the server sends them" in added.stderr

    wait_until(lambda: collector.has_all_of(portal))
    sent = [one["action"] for one in collector.events()[known:]]
    assert sent.count("client.added") == 1


@pytest.mark.sweep
def test_events_of_a_time_without_the_setting_are_sent_when_it_returns(
    portal: PortalProcess, collector: Collector
) -> None:
    portal.stop()
    added = portal.manage("clients", "add", "Unsent", AUDIT_STREAM="")
    assert added.returncode == 0, added.stderr
    assert not collector.has_all_of(portal)

    portal.start()

    wait_until(lambda: collector.has_all_of(portal))
