"""The address that the command line prints: that of the server."""

import json

import pytest

from tests.free_ports import free_port
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database


@pytest.fixture
def portal(with_tables: PortalProcess) -> PortalProcess:
    """A portal that was started and stopped; commands are run without its PORT."""
    with_tables.start()
    with_tables.stop()
    return with_tables


def endpoint_in(portal: PortalProcess, **environment: str) -> str:
    """Return the token endpoint that `clients add` prints in this environment."""
    kept = dict(portal.environment)
    del portal.environment["PORT"]
    portal.environment |= environment
    added = portal.manage("clients", "add", f"Pump {free_port()}", "--json")
    portal.environment = kept
    assert added.returncode == 0, added.stderr
    return json.loads(added.stdout)["token_endpoint"]


def test_command_prints_the_address_of_the_server_that_was_started_last(
    portal: PortalProcess,
) -> None:
    assert endpoint_in(portal) == f"{portal.url}/identity/connect/token"

    portal.environment["PUBLIC_URL"] = "https://portal.test"
    portal.start()
    del portal.environment["PUBLIC_URL"]
    assert endpoint_in(portal) == "https://portal.test/identity/connect/token"


@pytest.mark.parametrize(
    ("environment", "origin"),
    [
        ({"PORT": "8123"}, "http://localhost:8123"),
        ({"PUBLIC_URL": "https://other.test"}, "https://other.test"),
    ],
)
def test_command_with_an_address_of_its_own_prints_that(
    portal: PortalProcess, environment: dict[str, str], origin: str
) -> None:
    assert endpoint_in(portal, **environment) == f"{origin}/identity/connect/token"
