"""AUDIT_STREAM waits a moment for its collector and for other processes, and sends at once then."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

import pytest

from clients_app.audit import stream
from tests.audit.conftest import sent
from tests.factories import make_role, make_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No moment is too long, not even on a busy machine."""
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)


def test_collector_that_reads_a_moment_later_gets_the_event_at_once(
    pipe: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    tenant = make_tenant("Slow")
    stream.resend()
    [first] = sent(os.read(reader, 1 << 20).decode())
    writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):  # once the pipe is full
        while True:
            os.write(writer, b"\n" * 4096)
    pauses: list[bytes] = []
    monkeypatch.setattr(time, "sleep", lambda _s: pauses.append(os.read(reader, 1 << 20)))

    make_role("Pumps", tenant)

    assert len(pauses) == 1
    [second] = sent(os.read(reader, 1 << 20).decode())
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert "AUDIT_STREAM takes no events" not in caplog.text
    os.close(reader)
    os.close(writer)


def test_event_is_written_at_once_after_that_of_another_process(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = make_tenant("Shared")
    other = os.open(tmp_path / "audit-stream.lock", os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    pauses: list[float] = []

    def end_of_the_other(seconds: float) -> None:
        pauses.append(seconds)
        fcntl.flock(other, fcntl.LOCK_UN)

    monkeypatch.setattr(time, "sleep", end_of_the_other)

    make_role("Pumps", tenant)

    assert len(pauses) == 1
    assert [one["sequence"] for one in sent(file.read_text())] == [1, 2]
    os.close(other)
