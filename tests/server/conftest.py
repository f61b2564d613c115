"""Portals to start and stop."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.server.processes import inherited_sighup


@pytest.fixture
def portal(tmp_path: Path) -> PortalProcess:
    """A portal that was never started."""
    return PortalProcess(tmp_path / "var")


@pytest.fixture
def stopped(portal: PortalProcess) -> Iterator[PortalProcess]:
    """A portal that was never started; killed after the test."""
    yield portal
    portal.__exit__()


@pytest.fixture
def with_tables(tmp_path: Path) -> Iterator[PortalProcess]:
    """A new portal with tables and static files, without a worker; killed after the test."""
    portal = PortalProcess(tmp_path / "var", like=prepared_portal(), has_worker=False)
    yield portal
    portal.__exit__()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory):
    """A stopped portal that has run before, so that its next start is fast; without a worker."""
    folder = tmp_path_factory.mktemp("prepared") / "var"
    portal = PortalProcess(folder, like=prepared_portal(), has_worker=False)
    portal.start()
    portal.stop()
    del portal.environment["PORTAL_ADMIN_PASSWORD_FILE"]
    yield portal
    portal.__exit__()


@pytest.fixture
def running(prepared: PortalProcess):
    """The prepared portal, running; killed after the test."""
    with inherited_sighup(signal.SIG_DFL):
        prepared.start()
    yield prepared
    prepared.kill()
