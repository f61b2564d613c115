"""AUDIT_STREAM gets each event as one whole line of JSON, after its commit."""

import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from clients_app.audit import stream
from clients_app.models import AuditEvent, Tenant
from tests.audit.conftest import sent
from tests.factories import make_client, make_role, make_tenant

LONG = "\U0001f4a7" * 500  # its JSON has more than 4 KiB


def reading_end(pipe: Path) -> int:
    return os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)


@pytest.fixture
def reader(pipe: Path) -> int:
    """The reading end of the pipe, which nobody has read from yet."""
    return reading_end(pipe)


def read_while_resending(reader: int) -> list[dict[str, Any]]:
    read = b""
    with os.fdopen(reader, "rb", buffering=0) as end:
        for _ in range(20):
            stream.resend()
            read += end.read(1 << 20) or b""
    return sent(read.decode())


def test_event_is_one_line_after_its_commit(
    tenant: Tenant, file: Path, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        make_role("Pumps", tenant)
        assert not file.exists()

    event = AuditEvent.objects.for_tenant(tenant.pk).first()
    assert event is not None
    assert file.read_text().count("\n") == 1
    [one] = sent(file.read_text())
    assert (one["stream"], one["sentence"]) == ("audit", "Added role Pumps")
    assert one["digest"] == event.digest
    assert json.loads(event.canonical).items() <= one.items()
    for written in (file, file.with_name("audit-stream.json")):
        assert written.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_event_is_not_sent(file: Path):
    tenant = make_tenant("Rolled back")
    told = file.read_text()

    def fail() -> None:
        with transaction.atomic():
            make_role("Pumps", tenant)
            raise RuntimeError("on fire")

    with pytest.raises(RuntimeError, match="on fire"):
        fail()
    assert file.read_text() == told


def test_stdout_receives_events_of_the_server_but_not_of_commands(
    tenant: Tenant,
    settings: Any,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
):
    settings.DATA_DIR = tmp_path
    settings.AUDIT_STREAM = "stdout"
    monkeypatch.setitem(
        stream.standard_output, "is_taken", False
    )  # even if commands ran in this process before
    with django_capture_on_commit_callbacks(execute=True):
        make_role("Pumps", tenant)
    assert [one["action"] for one in sent(capfd.readouterr().out)] == ["role.added"]

    monkeypatch.setitem(stream.standard_output, "is_taken", True)
    with django_capture_on_commit_callbacks(execute=True):
        make_role("Valves", tenant)
    assert capfd.readouterr().out == ""


def test_without_the_setting_nothing_is_sent(
    tenant: Tenant, capfd: pytest.CaptureFixture[str], django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        make_role("Pumps", tenant)
    assert capfd.readouterr().out == ""


def add_until_saved(tenant: Tenant, number: int) -> None:
    """Try again where a busy machine lets too many wait, as a caller does after a 503."""
    try:
        while True:
            with suppress(OperationalError):
                make_client(f"Pump {number}", tenant, description=LONG)
                return
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_long_lines_of_concurrent_writers_stay_whole(pipe: Path):
    """A pipe mixes writes longer than 4 KiB."""
    reader = reading_end(pipe)
    os.set_blocking(reader, True)
    keep_open = os.open(pipe, os.O_WRONLY)
    tenant = make_tenant("Busy")

    read: list[str] = []
    with os.fdopen(reader) as end:
        collector = threading.Thread(target=lambda: read.extend(end))
        writers = [
            threading.Thread(target=add_until_saved, args=(tenant, number)) for number in range(8)
        ]
        for thread in (collector, *writers):
            thread.start()
        for thread in writers:
            thread.join(30)
        stream.resend()
        os.close(keep_open)
        collector.join(10)

    numbers = [one["sequence"] for one in sent("".join(read))]
    events = AuditEvent.objects.for_tenant(tenant.pk).order_by("sequence")
    assert numbers == list(events.values_list("sequence", flat=True))
    assert sum(len(line) > 4096 for line in read) == 8


@pytest.mark.sweep(on="postgresql")
@pytest.mark.django_db(transaction=True)
def test_collector_that_does_not_read_holds_up_nobody_and_gets_all_events_later(
    reader: int, caplog: pytest.LogCaptureFixture
) -> None:
    """AUD-4: the pipe is full after some hundred events; the others wait in the table."""
    tenant = make_tenant("Stalled")
    for number in range(150):  # about 900 bytes each
        make_role(f"Role {number}", tenant)
    assert caplog.text.count("AUDIT_STREAM takes no events") == 1
    stream.resend()

    numbers = [one["sequence"] for one in read_while_resending(reader)]

    events = AuditEvent.objects.for_tenant(tenant.pk)
    assert sorted(set(numbers)) == sorted(events.values_list("sequence", flat=True))
    assert numbers == sorted(numbers)
    assert "AUDIT_STREAM takes events again." in caplog.text


@pytest.mark.django_db(transaction=True)
def test_collector_that_dies_amid_a_line_gets_all_events_from_a_new_pipe(
    pipe: Path, reader: int, caplog: pytest.LogCaptureFixture
) -> None:
    """AUD-4: a long line is written in pieces, and the pipe is full after some of them."""
    tenant = make_tenant("Stalled")
    for number in range(10):
        make_client(f"Pump {number}", tenant, description=LONG)
    os.close(reader)
    stream.resend()
    assert "AUDIT_STREAM cannot be written" in caplog.text

    pipe.unlink()
    os.mkfifo(pipe)
    read = read_while_resending(reading_end(pipe))

    assert max(len(json.dumps(one)) for one in read) > 4096
    assert (
        read[-1]["sequence"] == AuditEvent.objects.for_tenant(tenant.pk).latest("sequence").sequence
    )


@pytest.mark.django_db(transaction=True)
def test_pipe_without_a_reader_holds_up_nobody(
    pipe: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tenant = make_tenant("Alone")
    make_role("Pumps", tenant)
    stream.say_what_is_unsent()

    last = AuditEvent.objects.for_tenant(tenant.pk).latest("sequence").sequence
    assert last == 2
    assert f"AUDIT_STREAM lacks events 1 to {last} of tenant {tenant.pk};" in caplog.text
    pipe.unlink()
    stream.resend()


@pytest.mark.sweep(on="postgresql")
@pytest.mark.django_db(transaction=True)
def test_file_that_can_be_written_again_gets_all_events_at_once(
    settings: Any, tmp_path: Path
) -> None:
    """AUD-4: for example once its disk is mounted; more events than are read at a time."""
    file = tmp_path / "disk" / "events.jsonl"
    settings.AUDIT_STREAM = str(file)
    tenant = make_tenant("Unmounted")
    for number in range(205):
        make_role(f"Role {number}", tenant)
    stream.resend()

    file.parent.mkdir()
    stream.resend()

    numbers = [one["sequence"] for one in sent(file.read_text())]
    assert numbers == list(range(1, 207))
