"""What a log collector reads, and a chain whose old events can be sealed."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from clients_app.models import AuditSegment, Tenant, append_only
from clients_app.services.activity import archive
from clients_app.services.activity.archive import seal_segment
from tests.actors import command_line_in
from tests.factories import make_role
from tests.moments import NOW, SECOND

BEFORE: Final = NOW + SECOND


def sent(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line]


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    """The file that a log collector reads; nothing was ever sent."""
    settings.DATA_DIR = tmp_path
    settings.AUDIT_STREAM = str(tmp_path / "events.jsonl")
    return tmp_path / "events.jsonl"


@pytest.fixture
def pipe(tmp_path: Path, settings: Any) -> Path:
    """A named pipe that a collector reads; nothing was ever sent."""
    settings.DATA_DIR = tmp_path
    os.mkfifo(tmp_path / "pipe")
    settings.AUDIT_STREAM = str(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "audit-segments"


@pytest.fixture
def chain(tenant: Tenant, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """A tenant with nine events; a segment has at most four."""
    monkeypatch.setattr(archive, "EVENTS_MAX", 4)
    for number in range(8):
        make_role(f'Rôle "{number}"', tenant)
    return tenant


def seal(tenant: Tenant, before: datetime = BEFORE) -> AuditSegment | None:
    now = datetime.now(UTC)
    return seal_segment(before=before, actor=command_line_in(tenant), now=now)


def past_the_triggers(change: Callable[[], Any]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    append_only.drop(connection)
    change()
    append_only.create(connection)
