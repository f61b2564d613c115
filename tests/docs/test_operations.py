"""What docs/operations.md lists is what there is."""

import re
from pathlib import Path

import pytest

from clients_app.models import TokenRefusal

pytestmark = pytest.mark.one_database  # texts only

PAGE = Path("docs/operations.md").read_text()


def test_log_inventory_has_every_logger():
    """DEP-7; ASVS 16.1.1."""
    sources = "\n".join(
        path.read_text() for room in ("clients_app", "portal") for path in Path(room).rglob("*.py")
    )
    named = set(re.findall(r'getLogger\("([^"]+)"\)', sources))

    assert "clients_app.oauth" in named
    assert [name for name in named if f"`{name}`" not in PAGE] == []


def test_every_cause_of_a_refused_request_is_listed():
    part = PAGE.partition("### Find out why a token request was refused")[2].partition("\n### ")[0]

    labels = [str(cause.label) for cause in TokenRefusal.Cause]
    assert [label for label in labels if label not in part] == []


def test_log_inventory_has_every_event():
    sources = "\n".join(
        path.read_text() for room in ("clients_app", "portal") for path in Path(room).rglob("*.py")
    )
    events = set(re.findall(r'"event": "([^"]+)"|\bevent="(\w+\.[^"]+)"', sources))
    names = {one or other for one, other in events}

    assert {"server.started", "token.issued", "activity.read"} <= names
    assert [name for name in names if f"`{name}`" not in PAGE] == []
