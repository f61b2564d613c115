"""How many connections may be open, and what happens to further ones (AVA-14)."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.outages.stalled import stalled
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal, prepared_portal

IDLE = 1300  # granian's own limit would be 1,024
ONE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"

pytestmark = pytest.mark.one_database


@pytest.fixture
def small_portal(tmp_path: Path) -> Iterator[PortalProcess]:
    yield from new_portal(tmp_path, CONNECTIONS="256", WORKERS="1")


class FewFiles(PortalProcess):
    """A portal that may open 640 files in each process, and at first 300."""

    def command(self, *words: str) -> list[str]:
        limit = 'ulimit -Sn 300 && ulimit -Hn 640 && exec "$@"'
        return ["sh", "-c", limit, "sh", *super().command(*words)]


def receive(line: socket.socket, *, timeout_s: float) -> bytes:
    line.settimeout(timeout_s)
    return line.recv(100)


def test_idle_connections_keep_nobody_waiting(tmp_path: Path) -> None:
    for portal in new_portal(tmp_path):
        with stalled(portal, ONE, IDLE):
            assert [portal.get("/sign-in") for _ in range(4)] == [200] * 4


def test_connections_beyond_the_limit_wait(small_portal: PortalProcess) -> None:
    with closing(small_portal.connection(timeout_s=30)) as wire:
        wire.connect()
        with stalled(small_portal, ONE, 256):
            for _ in range(3):
                wire.request("GET", "/sign-in")
                answer = wire.getresponse()
                assert (answer.status, bool(answer.read())) == (200, True)
            late = socket.create_connection(("127.0.0.1", small_portal.port))
            late.sendall(ONE)
            with pytest.raises(TimeoutError):
                receive(late, timeout_s=0.2)
        with late:
            assert receive(late, timeout_s=30).startswith(b"HTTP/1.1 200 ")


def test_few_open_files_allow_fewer_connections(tmp_path: Path) -> None:
    with FewFiles(tmp_path / "var", like=prepared_portal(), has_worker=False) as portal:
        assert portal.server is not None
        limits = Path(f"/proc/{portal.server.pid}/limits").read_text()
        with stalled(portal, ONE, 900):
            pass
        assert portal.get("/sign-in") == 200

        assert limits.split("Max open files")[1].split()[0] == "640"
        assert "Each of the 2 workers may have 384 connections, fewer than" in portal.log()
        assert "from 640 to 10256, or set CONNECTIONS to 768." in portal.log()
        assert "Too many open files" not in portal.log()
