"""What the tests of ops may ask for."""

import signal
from pathlib import Path

import pytest

from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.server.processes import hang_ups


@pytest.fixture
def portal(tmp_path: Path) -> PortalProcess:
    """A portal that was never started; the test starts it, or lets it refuse."""
    return PortalProcess(tmp_path / "var")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory):
    """A portal that has served before: the next start is a second one, which is quick."""
    portal = PortalProcess(tmp_path_factory.mktemp("prepared") / "var", like=prepared_portal())
    portal.start()
    portal.stop()
    del portal.environment["PORTAL_ADMIN_PASSWORD_FILE"]
    yield portal
    portal.__exit__()


@pytest.fixture
def running(prepared: PortalProcess):
    """The same, serving; stopped in any case at the end."""
    with hang_ups(signal.SIG_DFL):
        prepared.start()
    yield prepared
    prepared.kill()
