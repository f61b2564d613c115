"""The event from which AUDIT_STREAM is written after a start (AUD-4)."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from clients_app.audit import stream
from clients_app.models import Tenant, append_only
from tests.audit.chain_faults import event
from tests.audit.conftest import sent
from tests.factories import make_role, make_tenant


@pytest.mark.django_db(transaction=True)
def test_chain_that_a_backup_made_shorter_is_sent_from_its_end_on(file: Path, tmp_path: Path):
    tenant = make_tenant("Restored")
    sent_before = tmp_path / "audit-stream.json"
    sent_before.write_text(json.dumps({"sent": {str(tenant.pk): 50}, "torn": False}))
    file.unlink()

    stream.resend()
    make_role("Pumps", tenant)

    assert [one["sequence"] for one in sent(file.read_text())] == [2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("spoiled", ["", "[]", '{"sent": 1, "torn": false}'])
def test_spoiled_note_of_what_was_sent_lets_all_be_sent_again(
    file: Path, tmp_path: Path, spoiled: str
):
    make_tenant("Again")
    (tmp_path / "audit-stream.json").write_text(spoiled)
    file.unlink()

    stream.resend()

    assert [one["sequence"] for one in sent(file.read_text())] == [1]


@pytest.mark.django_db(transaction=True)
def test_line_that_a_killed_process_began_is_ended_before_the_next(file: Path, tmp_path: Path):
    tenant = make_tenant("Killed")
    (tmp_path / "audit-stream.json").write_text('{"sent": {}, "torn": true}')
    file.write_text('{"stream": "aud')

    stream.resend()
    make_role("Pumps", tenant)

    begun, *lines = file.read_text().split("\n")
    assert begun == '{"stream": "aud'
    assert [json.loads(line)["sequence"] for line in lines[:2]] == [1, 2]
    assert lines[2:] == [""]


@pytest.mark.django_db(transaction=True)
def test_events_from_before_the_setting_are_not_sent(settings: Any, tmp_path: Path):
    settings.DATA_DIR = tmp_path
    tenant = make_tenant("Before")
    settings.AUDIT_STREAM = str(tmp_path / "events.jsonl")

    stream.resend()  # of a process that did not begin
    stream.begin()
    settings.AUDIT_STREAM = ""
    make_role("By another process", tenant)
    settings.AUDIT_STREAM = str(tmp_path / "events.jsonl")
    stream.begin()  # each start calls it
    stream.resend()

    assert [one["sequence"] for one in sent((tmp_path / "events.jsonl").read_text())] == [2]


def test_sealed_events_that_were_not_sent_are_named_in_the_log(
    tenant: Tenant, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    make_role("Pumps", tenant)
    append_only.drop(connection)
    event(1).delete()
    (tmp_path / "audit-stream.json").write_text('{"sent": {}, "torn": false}')

    stream.resend()

    assert f"AUDIT_STREAM lacks events 1 to 1 of tenant {tenant.pk}; " in caplog.text
    assert [one["sequence"] for one in sent(file.read_text())] == [2]
