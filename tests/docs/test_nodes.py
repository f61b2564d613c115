"""What docs/nodes.md says about PostgreSQL is what the portal does."""

import re
from pathlib import Path

import pytest

from portal.connections import DATABASE_OPTIONS
from portal.server.request_threads import THREADS

pytestmark = pytest.mark.one_database  # texts only

PAGE = Path("docs/nodes.md").read_text()
HOUSEKEEPING = 1  # threads of each process


def test_connections_of_a_node_are_those_of_its_threads() -> None:
    assert f"{THREADS + HOUSEKEEPING} * WORKERS + {1 + HOUSEKEEPING}" in PAGE


def test_role_gets_the_options_that_a_pooler_drops() -> None:
    options = DATABASE_OPTIONS["portal.storage.postgresql"]["options"]
    own = dict(re.findall(r"-c (\w+)=(\w+)", options))
    named = dict(re.findall(r"ALTER ROLE portal SET (\w+) = '?(\w+)'?;", PAGE))

    assert named == {
        name: f"{int(value) // 1000}s" if value.isdigit() else value for name, value in own.items()
    }
