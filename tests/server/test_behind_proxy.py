"""A public portal behind a proxy that connects over IPv4, while it listens on IPv6 too."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.oauth.wsgi import FORM, TOKEN_PATH
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal

HOST = "portal.example.com"
HTTPS = {"X-Forwarded-Proto": "https"}

pytestmark = pytest.mark.one_database


def portals(folder: pytest.TempPathFactory, **environment: str) -> Iterator[PortalProcess]:
    url = f"https://{HOST}"
    yield from new_portal(
        folder.mktemp("proxy"), BIND="::", WORKERS="1", PUBLIC_URL=url, **environment
    )


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal that trusts the proxy."""
    yield from portals(tmp_path_factory, TRUSTED_PROXIES="127.0.0.1")


@pytest.fixture(scope="module")
def forgetful_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal of which the operator has forgotten the proxy."""
    yield from portals(tmp_path_factory)


def said(portal: PortalProcess, path: str, headers: dict[str, str]) -> tuple[int, str, str]:
    """Return the status of the answer, its body and what was logged meanwhile."""
    before = portal.log()
    method = "POST" if path == TOKEN_PATH else "GET"
    with closing(portal.connection(timeout_s=30)) as wire:
        wire.request(method, path, b"", {"Host": HOST, "Content-Type": FORM, **headers})
        answer = wire.getresponse()
        body = answer.read().decode()
    return answer.status, body, portal.log().removeprefix(before)


@pytest.mark.parametrize(("path", "status"), [("/sign-in", 200), (TOKEN_PATH, 401)])
@pytest.mark.parametrize("value", ["https", "https, http"])
def test_proxy_over_ipv4_is_trusted(
    portal: PortalProcess, path: str, status: int, value: str
) -> None:
    found, _, log = said(
        portal, path, {"X-Forwarded-Proto": value, "X-Forwarded-For": "::ffff:9.9.9.9"}
    )

    assert found == status
    assert "::ffff" not in log
    if path == TOKEN_PATH:
        assert "address 9.9.9.9." in log


@pytest.mark.parametrize(("path", "status"), [("/sign-in", 301), (TOKEN_PATH, 400)])
def test_scheme_in_a_header_with_an_underscore_is_ignored(
    portal: PortalProcess, path: str, status: int
) -> None:
    """DEP-16."""
    forged = {"X_Forwarded_Proto": "https", "X-Forwarded-Proto": "http"}

    assert said(portal, path, forged)[0] == status


@pytest.mark.parametrize("name", ["X_Forwarded_For", "X_FORWARDED-FOR", "x-forwarded_for"])
def test_address_in_a_header_with_an_underscore_is_ignored(
    portal: PortalProcess, name: str
) -> None:
    """DEP-16."""
    _, _, log = said(portal, TOKEN_PATH, {name: "6.6.6.6", **HTTPS, "X-Forwarded-For": "9.9.9.9"})

    assert "address 9.9.9.9." in log


def test_forgotten_proxy_gets_one_line_and_a_page(forgetful_portal: PortalProcess) -> None:
    """DEP-17."""
    before = forgetful_portal.log()
    for _ in range(3):
        status, body, _ = said(forgetful_portal, "/sign-in", HTTPS)
        assert (status, body.count("Ask the person who runs it")) == (500, 1)
    status, body, _ = said(forgetful_portal, TOKEN_PATH, HTTPS)
    assert (status, "Use https." in body) == (400, True)

    log = forgetful_portal.log().removeprefix(before)
    assert re.findall(r"(\w+) clients_app\S* \[\S+\]: (.*)", log) == [
        (
            "WARNING",
            "Requests that a proxy got by https seem to come by http: "
            "if 127.0.0.1 is your proxy, add it to TRUSTED_PROXIES.",
        ),
        (
            "INFO",
            "Token refused: invalid_request (if 127.0.0.1 is your proxy, add it to "
            "TRUSTED_PROXIES). Client unknown, address 127.0.0.1.",
        ),
    ]


def test_foreign_hosts_get_one_line(portal: PortalProcess) -> None:
    """LOG-7. The first one was the test that waited for the start."""
    before = portal.log()
    for number in range(5):
        assert said(portal, "/sign-in", {**HTTPS, "Host": f"evil{number}.test"})[0] == 400

    assert portal.log() == before
    [line] = [line for line in before.splitlines() if "named the host" in line]
    assert "WARNING clients_app.server" in line
    assert f"A request named the host '127.0.0.1:{portal.port}'. " in line
    assert line.endswith("This portal is at https://portal.example.com.")
    assert "Traceback" not in before


def test_start_without_a_way_to_https_is_warned(
    portal: PortalProcess, forgetful_portal: PortalProcess
) -> None:
    """DEP-17."""
    warning = "Set TRUSTED_PROXIES to the address of the proxy that serves https://portal.example"

    assert forgetful_portal.log().count(warning) == 1
    assert warning not in portal.log()
