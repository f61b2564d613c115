"""The address that the command line prints: that of the server."""

import json

import pytest

from tests.free_ports import free_port
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database


def endpoint_in(portal: PortalProcess, **environment: str) -> str:
    """Return the token endpoint that `clients add` prints in this environment, without PORT."""
    kept = dict(portal.environment)
    del portal.environment["PORT"]
    portal.environment |= environment
    added = portal.manage("clients", "add", f"Pump {free_port()}", "--json")
    portal.environment = kept
    assert added.returncode == 0, added.stderr
    return json.loads(added.stdout)["token_endpoint"]


@pytest.mark.sweep
def test_command_prints_the_address_of_the_server_that_was_started_last(
    prepared: PortalProcess,
) -> None:
    assert endpoint_in(prepared) == f"{prepared.url}/identity/connect/token"

    prepared.environment["PUBLIC_URL"] = "https://portal.test"
    prepared.start()
    del prepared.environment["PUBLIC_URL"]
    assert endpoint_in(prepared) == "https://portal.test/identity/connect/token"
    prepared.stop()


@pytest.mark.parametrize(
    ("environment", "origin"),
    [
        ({"PORT": "8123"}, "http://localhost:8123"),
        ({"PUBLIC_URL": "https://other.test"}, "https://other.test"),
    ],
)
def test_command_with_an_address_of_its_own_prints_that(
    prepared: PortalProcess, environment: dict[str, str], origin: str
) -> None:
    assert endpoint_in(prepared, **environment) == f"{origin}/identity/connect/token"
