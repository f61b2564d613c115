"""What the tests of the programs for clients without a secret share."""

from collections.abc import Iterator

import pytest
import requests

from tests.journeys.add_by_http import signed_in
from tests.key_server import KeyServer, key_server
from tests.portal_process import PortalProcess


@pytest.fixture(scope="module")
def session(live_portal: PortalProcess) -> requests.Session:
    return signed_in(live_portal)


@pytest.fixture(scope="module")
def platform() -> Iterator[KeyServer]:
    with key_server() as server:
        yield server
