"""A TLS proxy in front of a test's portal, for verifiers that require HTTPS; it does not cache."""

import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.certificates import write_certificate


@contextmanager
def tls_front(portal_url: str, folder: Path) -> Iterator[str]:
    """Yield an HTTPS origin with a new certificate that forwards each GET to ``portal_url``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with urllib.request.urlopen(portal_url + self.path, timeout=10) as answer:  # noqa: S310  our own server
                body = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Type", "Cache-Control", "ETag"):
                self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Log nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(write_certificate(folder / "front.pem"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
