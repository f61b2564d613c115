"""The worker beside the server: it sends, starts again when it dies, and ends with the server."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ops.test_stopping import is_running
from tests.portal_process import PortalProcess
from tests.sinks import MailSink, mail_sink


@pytest.fixture
def mails() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def portal(tmp_path: Path, mails: MailSink) -> Iterator[PortalProcess]:
    """A portal that mails at any hour, not started, whose administrator has a secret that ends
    today; its zone is one in which it is about noon."""
    ahead = time.gmtime().tm_hour - 12  # hours that UTC is ahead of that zone
    portal = PortalProcess(
        tmp_path / "var",
        MAIL_URL=f"smtp://127.0.0.1:{mails.port}",
        NOTICE_HOUR="0",
        TIME_ZONE=f"Etc/GMT{ahead:+d}",
    )
    soon = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + (6 - ahead) * 3600))
    role, address = "Tenant Administrator", "ines@herons.example"
    for words in (
        ("migrate",),
        ("tenants", "add", "Herons Ltd"),
        ("people", "add", "ines", "--email", address, "--role", role),
        ("clients", "add", "Pumps", "--expires", soon),
    ):
        done = portal.manage(*words)
        assert done.returncode == 0, done.stderr
    yield portal
    portal.__exit__()


def wait_for(true: Callable[[], object]) -> None:
    limit = time.monotonic() + 30
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.05)


@pytest.fixture
def nodes(portal: PortalProcess) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The workers of two more nodes on the same database, which begin at once."""
    words = portal.command("worker", "--until-closed")
    beside = [
        subprocess.Popen(words, env=portal.environment, stdin=subprocess.PIPE) for _ in range(2)
    ]
    yield beside
    for node in beside:
        node.kill()
        node.communicate()


def test_it_sends_starts_again_and_ends_with_the_server(
    portal: PortalProcess, mails: MailSink, nodes: list[subprocess.Popen[bytes]]
) -> None:
    portal.start()
    wait_for(lambda: mails.received)
    assert mails.received[0]["To"] == "ines@herons.example"
    wait_for(portal.companions)
    (first,) = portal.companions()

    os.kill(first, signal.SIGKILL)
    wait_for(lambda: set(portal.companions()) - {first})
    (second,) = portal.companions()
    portal.server.kill()
    portal.server.wait(15)
    wait_for(lambda: not is_running(second))

    portal.start()
    wait_for(portal.companions)
    (third,) = portal.companions()
    assert portal.stop() == 0
    assert not is_running(third)
    assert [node.poll() for node in nodes] == [None, None]
    assert len(mails.received) == 1  # once, though five have looked
    state = portal.query("SELECT state, attempts FROM clients_app_delivery")
    assert state == [("sent", 1)]
