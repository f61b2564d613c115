"""Clients that are slow, or stop halfway, keep nobody else waiting (AVA-11)."""

from collections.abc import Iterator

import pytest

from tests.certificates import write_certificate
from tests.outages.stalled import TLS_WAYS, WAYS, stalled
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal
from tests.sampling import sampled

STALLED = 8  # twice the threads of two workers
ASKED = 8  # new connections, so that each worker gets some
PATHS = ("/livez", "/readyz", "/sign-in")

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal with two workers."""
    yield from new_portal(tmp_path_factory.mktemp("slow"))


@pytest.fixture(scope="module")
def tls_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """The same, serving https."""
    folder = tmp_path_factory.mktemp("tls")
    pem = str(write_certificate(folder / "server.pem"))
    yield from new_portal(folder, TLS_CERT=pem, TLS_KEY=pem)


def assert_answers(portal: PortalProcess) -> None:
    for path in PATHS:
        assert [portal.get(path) for _ in range(ASKED)] == [200] * ASKED


@pytest.mark.parametrize("left_out", WAYS)
def test_client_that_stalls_keeps_nobody_waiting(portal: PortalProcess, left_out: str) -> None:
    with stalled(portal, WAYS[left_out], STALLED):
        assert_answers(portal)


@pytest.mark.parametrize("left_out", sampled(TLS_WAYS))
def test_tls_client_that_stalls_keeps_nobody_waiting(
    tls_portal: PortalProcess, left_out: str
) -> None:
    with stalled(tls_portal, TLS_WAYS[left_out], STALLED):
        assert_answers(tls_portal)
