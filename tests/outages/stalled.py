"""Clients that begin something and then send or read nothing more, each in its own way."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from tests.portal_process import PortalProcess

_POST: Final = (
    b"POST /identity/connect/token HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)
_LARGE_FILE: Final = b"/static/admin/js/vendor/xregexp/xregexp.js"  # for socket buffers

#: What a client sends, by what it leaves out.
WAYS: Final[dict[str, bytes]] = {
    "everything": b"",
    "rest of the headers": _POST + b"X-Rest",
    "rest of the body": _POST + b"Content-Length: 200\r\n\r\na",
    "last chunk": _POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    "body after Expect": _POST + b"Content-Length: 200\r\nExpect: 100-continue\r\n\r\n",
    "reading": b"GET " + _LARGE_FILE + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
}
TLS_WAYS: Final[dict[str, bytes]] = {
    "TLS handshake": b"",
    "rest of the TLS handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(32),
}


@contextmanager
def stalled(portal: PortalProcess, sent: bytes, count: int) -> Iterator[None]:
    """Keep ``count`` connections open that have sent ``sent`` and read nothing."""
    with ExitStack() as stack:
        for _ in range(count):
            line = stack.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", portal.port))
            line.sendall(sent)
        yield
