"""The configurations of deploy/ for nginx and Caddy, in front of a real portal."""

import http.client
import json
import re
import ssl
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from tests.deploy.nodes import fake_node
from tests.oauth.wsgi import FORM, TOKEN_PATH
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal
from tests.proxies import HOST, NAMES, Answer, Proxy, running_proxy
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database  # about what is in front of the portal

STRANGER = "127.0.0.9"  # also an address of this machine, but not that of the proxy
FORGED = "6.6.6.6"
POST = {"Content-Type": FORM}


class Setting(NamedTuple):
    """A portal with one client, and each proxy in front of it."""

    portal: PortalProcess
    body: bytes  # of a good token request
    proxies: dict[str, Proxy]


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    folder = tmp_path_factory.mktemp("proxies")
    settings = {"PUBLIC_URL": f"https://{HOST}", "TRUSTED_PROXIES": "127.0.0.1", "WORKERS": "1"}
    with (
        contextmanager(new_portal)(folder, **settings) as portal,
        ExitStack() as stack,
    ):
        added = json.loads(portal.run("clients", "add", "Pump", "--json").stdout)
        names = ("client_id", "client_secret")
        form = {"grant_type": "client_credentials", **{name: added[name] for name in names}}
        proxies = {
            name: stack.enter_context(running_proxy(name, folder / name, [portal.port]))
            for name in NAMES
        }
        yield Setting(portal, urlencode(form).encode(), proxies)


@pytest.fixture(params=NAMES)
def proxy(request: pytest.FixtureRequest, setting: Setting) -> Proxy:
    return setting.proxies[request.param]


def logged(setting: Setting, proxy: Proxy, **headers: str) -> str:
    """Return what the portal logs of a bad token request from STRANGER."""
    before = setting.portal.log()
    bad = b"grant_type=client_credentials&client_id=nobody"
    answer = proxy.ask("POST", TOKEN_PATH, bad, POST | headers, source=STRANGER)
    assert answer.status == 401
    return wait_until(lambda: setting.portal.log().removeprefix(before))


def test_token_through_a_proxy_is_issued_by_the_public_origin(
    setting: Setting, proxy: Proxy
) -> None:
    answer = proxy.ask("POST", TOKEN_PATH, setting.body, POST)

    assert answer.status == 200, answer
    assert json.loads(answer.body)["token_type"] == "Bearer"
    metadata = proxy.ask("GET", "/identity/.well-known/openid-configuration")
    assert json.loads(metadata.body)["issuer"] == f"https://{HOST}/identity"
    page = proxy.ask("GET", "/sign-in")
    assert (page.status, page.headers["strict-transport-security"]) == (200, "max-age=31536000")


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X_Forwarded_For", "Forwarded", "X-Real-IP"])
def test_address_that_a_client_claims_is_not_believed(
    setting: Setting, proxy: Proxy, name: str
) -> None:
    """DEP-9, DEP-16."""
    log = logged(setting, proxy, **{name: FORGED})

    assert f"address {STRANGER}." in log
    assert FORGED not in log


def test_failures_with_claimed_addresses_are_counted_for_one_source(
    setting: Setting, proxy: Proxy
) -> None:
    """AVA-1."""
    bad = b"grant_type=client_credentials&client_id=nobody&client_secret=x"
    source = f"127.0.0.{100 + NAMES.index(proxy.folder.name)}"

    def tried(number: int) -> int:
        claims = {"X-Forwarded-For": f"10.1.1.{number}", "X_Forwarded_For": f"10.1.1.{number}"}
        wire.request("POST", TOKEN_PATH, bad, {"Host": HOST, **POST, **claims})
        answer = wire.getresponse()
        answer.read()
        return answer.status

    with closing(http.client.HTTPConnection("127.0.0.1", proxy.https_port, timeout=30)) as wire:
        wire.sock = proxy.connected(source=source)
        assert any(tried(number) == 429 for number in range(250))
    assert proxy.ask("POST", TOKEN_PATH, setting.body, POST, source=source).status == 200


def test_http_is_redirected_for_pages_and_refused_for_secrets(
    setting: Setting, proxy: Proxy
) -> None:
    """DEP-17; a redirected POST would send the secret again."""
    page = proxy.ask("GET", "/sign-in", is_https=False)
    assert (page.status, page.headers["location"]) == (301, f"https://{HOST}/sign-in")
    assert "strict-transport-security" not in page.headers

    forged = {"X-Forwarded-Proto": "https", "X_Forwarded_Proto": "https"}
    token = proxy.ask("POST", TOKEN_PATH, setting.body, POST | forged, is_https=False)
    assert (token.status, "Use https." in token.body) == (400, True)


def test_body_that_is_too_long_is_refused_by_the_portal(setting: Setting, proxy: Proxy) -> None:
    answer = proxy.ask("POST", TOKEN_PATH, b"x" * 66_000, POST)

    assert (answer.status, json.loads(answer.body)["error"]) == (413, "invalid_request")
    assert proxy.ask("POST", TOKEN_PATH, b"x" * 300_000, POST).status in {413, 502, 503}


def test_metrics_are_not_public(setting: Setting, proxy: Proxy) -> None:
    assert proxy.ask("GET", "/metrics").status == 404
    assert proxy.ask("GET", "/readyz").body == "ready\n"


def test_page_is_not_compressed_by_the_proxy(setting: Setting, proxy: Proxy) -> None:
    """A compressed length can reveal a secret; the portal leaves out what could."""
    path = f"{TOKEN_PATH}?x={'x' * 2000}"

    answer = proxy.ask("POST", path, setting.body, POST | {"Accept-Encoding": "gzip, br, zstd"})

    assert "content-encoding" not in answer.headers


def test_tls_before_1_2_and_ciphers_without_forward_secrecy_are_refused(
    setting: Setting, proxy: Proxy
) -> None:
    """DEP-8."""
    with proxy.connected() as wire:
        assert wire.version() == "TLSv1.3"
    for ciphers in ("ECDHE+AESGCM", "ECDHE+CHACHA20"):
        with proxy.connected(context=tls_1_2(ciphers)) as wire:
            assert wire.version() == "TLSv1.2"
    for context in (tls_1_2("kRSA"), tls_1_2("ECDHE+AES:!AESGCM:!AESCCM"), old_tls()):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            proxy.connected(context=context)


def tls_1_2(ciphers: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers)
    return context


def old_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):  # it is old
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def test_logs_of_the_proxy_have_no_secret_and_no_address_of_a_page(
    setting: Setting, proxy: Proxy
) -> None:
    """LOG-1: calendar links and one-time links are addresses of pages."""
    proxy.ask("GET", "/calendar/key-of-a-calendar.ics?code=a-code")
    proxy.ask("POST", f"{TOKEN_PATH}?code=a-code", setting.body, POST)

    written = [path.read_text() for path in proxy.folder.iterdir() if path.is_file()]
    secret = re.findall(r"client_secret=([^&]+)", setting.body.decode())
    for word in ("key-of-a-calendar", "a-code", *secret):
        assert not any(word in text for text in written), word


def test_token_request_is_repeated_on_another_node_and_a_form_is_not(
    setting: Setting, tmp_path: Path
) -> None:
    """AVA-19."""
    with (
        fake_node(dies=True) as dying,
        running_proxy("nginx", tmp_path / "two", [dying.server_port, setting.portal.port]) as proxy,
    ):
        assert proxy.ask("POST", TOKEN_PATH, setting.body, POST).status == 200
        assert [path for _, path, _ in dying.requests] == [TOKEN_PATH]

        form = wait_until(lambda: answered_by_nobody(proxy))

        assert form.status == 502
        assert [path for _, path, _ in dying.requests if path == "/sign-in"] == ["/sign-in"]


def answered_by_nobody(proxy: Proxy) -> Answer | None:
    """Send a form; return the answer if the node that dies got it."""
    answer = proxy.ask("POST", "/sign-in", b"a=b", POST)
    return answer if answer.status == 502 else None
