"""Old events in sealed segments: the chain continues through them."""

import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from clients_app import audit
from clients_app.audit import segments
from clients_app.errors import Forbidden, PortalError
from clients_app.models import AuditEvent, AuditHead, AuditSegment, Person, Tenant
from clients_app.services.activity import archive
from clients_app.services.activity.archive import seal_segment
from tests.actors import actor_for
from tests.audit.conftest import BEFORE, past_the_triggers, seal
from tests.factories import make_role
from tests.moments import NOW


def test_sealed_events_move_to_files_and_the_chain_stays_intact(
    chain: Tenant, folder: Path
) -> None:
    texts = list(AuditEvent.objects.order_by("sequence").values_list("canonical", flat=True))

    sealed = [seal(chain), seal(chain), seal(chain)]

    assert [str(segment) for segment in sealed] == ["1-4", "5-8", "9-9"]
    assert seal(chain) is None
    assert audit.first_fault(chain.pk) is None
    left = AuditEvent.objects.order_by("sequence").values_list("sequence", "action", "object_name")
    assert list(left) == [
        (10, "activity.sealed", "1-4"),
        (11, "activity.sealed", "5-8"),
        (12, "activity.sealed", "9-9"),
    ]
    files = sorted((folder / str(chain.pk)).iterdir())
    assert [file.name for file in files] == [
        "000000000001-000000000004.jsonl.gz",
        "000000000005-000000000008.jsonl.gz",
        "000000000009-000000000009.jsonl.gz",
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert files[0].parent.stat().st_mode & 0o777 == 0o700
    lines = b"".join(gzip.decompress(file.read_bytes()) for file in files).splitlines()
    assert [json.loads(line)["event"] for line in lines] == [json.loads(text) for text in texts]
    make_role("Later", chain)
    assert audit.first_fault(chain.pk) is None


def test_the_draft_of_a_killed_process_is_overwritten(chain: Tenant, folder: Path) -> None:
    """In a container the next process often has the same process id."""
    draft = folder / str(chain.pk) / f"000000000001-000000000004.jsonl.gz.{os.getpid()}"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"of another time " * 1000)

    seal(chain)

    assert audit.first_fault(chain.pk) is None


def test_newer_events_are_not_sealed(chain: Tenant) -> None:
    assert seal(chain, before=NOW) is None
    assert AuditEvent.objects.count() == 9


def test_events_after_the_clock_was_set_back_wait_for_earlier_ones(
    chain: Tenant,
) -> None:
    past_the_triggers(
        lambda: AuditEvent.objects.filter(sequence=3).update(at=NOW + timedelta(days=9))
    )

    with pytest.raises(PortalError, match="event 3: its columns were changed"):
        seal(chain, before=NOW + timedelta(days=10))

    assert str(seal(chain)) == "1-2"


def test_events_about_segments_can_be_sealed(chain: Tenant) -> None:
    while seal(chain):
        pass
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert str(seal(chain, before=later)) == "10-12"
    assert audit.first_fault(chain.pk) is None


def test_sealing_without_its_event_is_rolled_back(
    chain: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise DatabaseError("full")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(DatabaseError):
        seal(chain)

    assert AuditEvent.objects.count() == 9
    assert not AuditSegment.objects.exists()
    monkeypatch.undo()
    assert str(seal(chain)) in {"1-4", "1-9"}  # the earlier file does not prevent it


def test_broken_chain_is_not_sealed(chain: Tenant) -> None:
    past_the_triggers(lambda: AuditEvent.objects.filter(sequence=2).update(actor_name="x"))

    with pytest.raises(PortalError, match=r"event 2: its columns were changed\."):
        seal(chain)

    assert AuditEvent.objects.count() == 9
    assert AuditHead.objects.get(tenant=chain).sequence == 9


def test_sealing_without_staff_is_refused(chain: Tenant, administrator: Person) -> None:
    with pytest.raises(Forbidden):
        seal_segment(before=BEFORE, actor=actor_for(administrator), now=NOW)


def test_segment_sealed_by_another_process_is_kept(
    chain: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = archive.write_segment

    def slow(*args: Any) -> None:
        monkeypatch.setattr(archive, "write_segment", write)
        seal(chain)
        write(*args)

    monkeypatch.setattr(archive, "write_segment", slow)
    with pytest.raises(PortalError):
        seal(chain)

    assert AuditSegment.objects.count() == 1
    assert audit.first_fault(chain.pk) is None
    assert segments.path_of(AuditSegment.objects.get()).exists()
