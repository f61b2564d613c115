"""What nginx and Caddy pass on to a node, and what they say while there is none."""

import json
import re
from pathlib import Path

import pytest

from tests.deploy.nodes import FakeNode, fake_node
from tests.free_ports import free_port
from tests.oauth.wsgi import FORM, TOKEN_PATH
from tests.proxies import HOST, NAMES, Proxy, running_proxy

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("name", NAMES)
def test_token_request_that_no_node_answers_gets_oauth_json(name: str, tmp_path: Path) -> None:
    """TOK-A23."""
    with running_proxy(name, tmp_path / name, [free_port()]) as proxy:
        answer = proxy.ask("POST", TOKEN_PATH, b"a=b", {"Content-Type": FORM})

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (
        "application/json",
        "no-store",
    )
    assert json.loads(answer.body)["error"] == "temporarily_unavailable"


def test_node_is_used_again_at_once_after_an_error(tmp_path: Path) -> None:
    """AVA-19: otherwise there would be no node while another one restarts."""
    with fake_node(dies=True) as node, fake_node() as other:
        nodes = [node.server_port, other.server_port]
        with running_proxy("nginx", tmp_path / "two", nodes) as proxy:
            assert proxy.ask("POST", TOKEN_PATH, b"a=b").status == 200
            node.dies, other.dies = False, True

            assert proxy.ask("POST", TOKEN_PATH, b"a=b").status == 200
            assert len(node.requests) == 2


AMBIGUOUS = [
    "Content-Length: 6\r\nTransfer-Encoding: chunked",
    "Content-Length: 6\r\nContent-Length: 5",
    "Transfer-Encoding: xchunked\r\nContent-Length: 5",
    "Transfer-Encoding : chunked\r\nContent-Length: 5",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Content-Length: +5",
    "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 5",
]


@pytest.mark.parametrize("name", NAMES)
def test_request_with_two_lengths_is_refused_or_gets_one(name: str, tmp_path: Path) -> None:
    """AVA-11: the node sees no request that the proxy has not seen."""
    with fake_node() as node, running_proxy(name, tmp_path / name, [node.server_port]) as proxy:
        for lengths in AMBIGUOUS:
            node.requests.clear()
            statuses = sent_raw(proxy, lengths)
            assert len(statuses) >= 1, lengths
            assert passed_on(node) == statuses.count(200), lengths


def sent_raw(proxy: Proxy, lengths: str) -> list[int]:
    """Send a request with a second one in its body; return the statuses of the answers."""
    smuggled = f"GET /smuggled HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    head = f"POST {TOKEN_PATH} HTTP/1.1\r\nHost: {HOST}\r\n{lengths}\r\n\r\n"
    with proxy.connected() as wire:
        wire.sendall(f"{head}0\r\n\r\n{smuggled}".encode())
        received = b""
        while piece := wire.recv(65_536):
            received += piece
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", received)]


def passed_on(node: FakeNode) -> int:
    """Return how many requests the node got, each of which has one length at most."""
    for _, _, headers in node.requests:
        lengths = headers.get("content-length", []) + headers.get("transfer-encoding", [])
        assert len(lengths) <= 1
    return len(node.requests)
