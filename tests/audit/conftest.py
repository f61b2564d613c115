"""What a log collector reads."""

import json
import os
from pathlib import Path
from typing import Any

import pytest


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
