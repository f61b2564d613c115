"""Standard output and standard error in a pipe that nobody reads hold up nothing (AUD-4, LOG-6)."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.add_by_http import new_form, send, signed_in
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.waiting import wait_until

ADDED = 25  # clients, with more events and log lines than the pipe holds


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[int]:
    """The end of the reader; the pipe holds 16 KiB."""
    os.mkfifo(tmp_path / "pipe")
    end = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 16_384)
    yield end
    os.close(end)


@pytest.mark.sweep
@pytest.mark.one_database
def test_pipe_that_nobody_reads_holds_up_nothing_and_gets_the_events_later(
    tmp_path: Path, pipe: int
) -> None:
    portal = PortalProcess(tmp_path / "var", like=prepared_portal(), AUDIT_STREAM="stdout")
    portal.log_file = tmp_path / "pipe"
    with portal:
        session = signed_in(portal)
        answers = [send(session, portal, new_form(f"Pump {number}")) for number in range(ADDED)]
        assert [answer.status if answer else 0 for answer in answers] == [200] * ADDED
        assert portal.get("/livez") == portal.get("/readyz") == 200

        read = bytearray()

        def read_all() -> bool:
            try:
                read.extend(os.read(pipe, 65_536))
            except BlockingIOError:
                return False
            return read.count(b'"action":"client.added"') >= ADDED and b"were dropped" in read

        def said() -> bool:
            portal.get("/nowhere")  # the next line of the log
            return read_all()

        wait_until(said)
