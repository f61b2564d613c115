"""Nodes that stand for portals: one that dies at each request, and one that keeps what it gets."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Got = tuple[str, str, dict[str, list[str]]]  # method, path, values by name in lower case


class FakeNode(ThreadingHTTPServer):
    """Answers "ok", or closes the connection once it has a request, as a node that is killed."""

    daemon_threads = True

    def __init__(self, *, dies: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.dies = dies
        self.requests: list[Got] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeNode

    def do_GET(self) -> None:
        headers: dict[str, list[str]] = {}
        for name, value in self.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        self.server.requests.append((self.command, self.path, headers))
        self.rfile.read(int(headers.get("content-length", ["0"])[0]))
        if "chunked" in headers.get("transfer-encoding", []):
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        if self.server.dies:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def fake_node(*, dies: bool = False) -> Iterator[FakeNode]:
    """Yield a running node."""
    node = FakeNode(dies=dies)
    threading.Thread(target=node.serve_forever, daemon=True).start()
    try:
        yield node
    finally:
        node.shutdown()
        node.server_close()
