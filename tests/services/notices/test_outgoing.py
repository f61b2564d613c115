"""Which addresses posts may and may not go to (DEP-3)."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients_app.services import outgoing
from clients_app.services.notices.messages import NotSent
from clients_app.services.notices.posts import post
from clients_app.services.outgoing import check_url
from tests.refused_values import refused_at
from tests.sinks import Receiver, receiver


@pytest.fixture
def hooks() -> Iterator[Receiver]:
    """A receiver on loopback, which is not allowed."""
    with receiver() as running:
        yield running


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name resolve to these addresses."""

    def getaddrinfo(host: str, port: Any, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "url",
    [
        *("https://hooks.example.com", "https://hooks.example.com:8443/a/b?c=d"),
        *("https://8.8.8.8/", "https://[2606:4700::1111]/hook", "https://hooks.example.com/%20"),
    ],
)
def test_public_addresses_are_allowed(url: str) -> None:
    assert check_url(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example.com", "//hooks.example.com/", "https://", "https:///a", "ftp://a.b/c"),
        *("http://hooks.example.com/", "http://localhost:8000/", "https://u:p@hooks.example.com/"),
        *("https://hooks.example.com/#a", "https://hooks.example.com:99999/", "https://a b.c/"),
        *("https://a.b/\r\nX: y", "https://[::1/", "https://höoks.example/", "https://a.b:0/"),
        f"https://a.b/{'c' * 2000}",
    ],
)
def test_internal_addresses_are_refused(url: str) -> None:
    with refused_at("url"):
        check_url(url)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0"),
        *("fd00::1", "ff02::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1"),
        *("fec0::1", "::127.0.0.1", "64:ff9b:1::a00:1", "2001::1"),
    ],
)
def test_a_name_that_resolves_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolve_to(monkeypatch, "8.8.8.8", address)
    connect = monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    assert connect is None

    with pytest.raises(NotSent) as refused:
        post("https://hooks.example.com/", b"{}", {})
    resolve_to(monkeypatch)
    with pytest.raises(NotSent) as unknown:
        post("https://hooks.example.com/", b"{}", {})
    assert str(refused.value) == str(unknown.value)
    assert str(refused.value).startswith("hooks.example.com is not public or cannot be resolved.")
    assert refused.value.is_final == unknown.value.is_final


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0"])
def test_a_private_address_is_refused(hooks: Receiver, host: str) -> None:
    with pytest.raises(NotSent, match=r"not public|cannot be resolved"):
        post(f"https://{host}:{hooks.port}/", b"{}", {})
    assert hooks.received == []


@pytest.mark.parametrize("host", ["a..b", ".example.com", f"{'a' * 64}.example.com"])
def test_an_invalid_name_is_not_reached(host: str) -> None:
    with pytest.raises(NotSent, match="cannot be resolved"):
        post(f"https://{host}/", b"{}", {})


def test_an_allowed_name_that_does_not_exist_is_told(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTGOING_ALLOWED_HOSTS = ["hooks.internal"]
    resolve_to(monkeypatch)

    with pytest.raises(NotSent, match=r"The name hooks\.internal cannot be resolved\."):
        post("https://hooks.internal/", b"{}", {})


def test_it_connects_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "8.8.8.8")
    seen = []

    def create_connection(address: Any, *_: Any) -> Any:
        seen.append(address)
        raise OSError(0, "stopped here")

    monkeypatch.setattr(socket, "create_connection", create_connection)

    with pytest.raises(NotSent, match="stopped here"):
        post("https://hooks.example.com/", b"{}", {})
    assert seen == [("8.8.8.8", 443)]


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.0/8", "LOCALHOST"])
def test_an_address_that_the_operator_allows_is_reached(
    hooks: Receiver, settings: Any, allowed: str
) -> None:
    settings.OUTGOING_ALLOWED_HOSTS = [allowed]
    url = hooks.url.replace("127.0.0.1", "localhost") if allowed == "LOCALHOST" else hooks.url

    assert post(url, b"{}", {}) == "HTTP 204"
    assert hooks.received[0][0]["Host"] == url.split("/")[2]


def test_an_untrusted_certificate_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    with receiver() as running:  # speaks HTTP, so it has no certificate
        with pytest.raises(NotSent):
            post(f"https://127.0.0.1:{running.port}/", b"{}", {})
        assert running.received == []
    context = ssl.create_default_context()
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_a_receiver_that_answers_too_slowly_is_cut_off(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(outgoing, "LONGEST_S", 0.5)
    cut_off = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            peer, _ = server.accept()
            with peer:
                try:
                    for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
                        peer.sendall(bytes([letter]))
                        time.sleep(0.05)
                except OSError:
                    cut_off.set()

        threading.Thread(target=drip, daemon=True).start()
        with pytest.raises(NotSent):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        assert cut_off.wait(30)  # before the last byte


def test_long_answer_is_truncated(hooks: Receiver, settings: Any) -> None:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    hooks.status, hooks.body = 500, b"x" * 1_000_000

    with pytest.raises(NotSent) as refused:
        post(hooks.url, b"{}", {})
    assert len(str(refused.value)) == 200


def test_an_answer_is_cut_only_after_the_address_is_removed(hooks: Receiver, settings: Any) -> None:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    for start in range(180, 201):
        hooks.status, hooks.body = 500, b"x" * start + b"?T0K3N-T0K3N-T0K3N"
        with pytest.raises(NotSent) as refused:
            post(f"{hooks.url}?T0K3N-T0K3N-T0K3N", b"{}", {})
        assert "T0K" not in str(refused.value)
