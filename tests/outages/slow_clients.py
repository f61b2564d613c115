"""A thousand clients that stop halfway, of each kind, beside good ones (AVA-11)."""

import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.certificates import write_certificate
from tests.outages.good_requests import GoodRequests
from tests.outages.stalled import TLS_WAYS, WAYS, stalled
from tests.outages.table import Row
from tests.portal_process import PortalProcess

CLIENTS = 1000
DURATION_S = 4
BODY_MAX_S = 60
GOAL = "all 200; within 1 s, /livez within 0.5 s"


def rows() -> Iterator[Row]:
    """Yield a row for each way to stall."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with PortalProcess(folder / "plain") as portal, socket.socket() as slow:
            slow.connect(("127.0.0.1", portal.port))
            slow.sendall(WAYS["rest of the body"])
            began = time.monotonic()
            for left_out, sent in WAYS.items():
                yield beside_stalled(portal, left_out, sent)
            yield deadline_of_a_body(slow, began)
        pem = str(write_certificate(folder / "server.pem"))
        with PortalProcess(folder / "tls", TLS_CERT=pem, TLS_KEY=pem) as portal:
            for left_out, sent in TLS_WAYS.items():
                yield beside_stalled(portal, left_out, sent)


def beside_stalled(portal: PortalProcess, left_out: str, sent: bytes) -> Row:
    """Measure good requests while CLIENTS others leave something out."""
    good = GoodRequests(portal)
    with stalled(portal, sent, CLIENTS), good:
        time.sleep(DURATION_S)
    met = set(good.answers) == {"200"} and good.longest_s <= 1 and good.longest_probe_s <= 0.5
    return Row(f"{CLIENTS} clients leave out: {left_out}", str(good), GOAL, met)


def deadline_of_a_body(slow: socket.socket, began: float) -> Row:
    """Wait until the portal gives up a body that stalls."""
    slow.settimeout(max(0.1, began + BODY_MAX_S - time.monotonic()))
    try:
        answer = slow.recv(20)
    except TimeoutError:
        answer = b"none"
    waited_s = time.monotonic() - began
    said = f"{answer.decode()[:12]!r} after {waited_s:.0f} s"
    met = answer.startswith(b"HTTP/1.1 408")
    return Row("a body stalls", said, f"408 within {BODY_MAX_S} s", met)
