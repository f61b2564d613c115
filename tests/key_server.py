"""A web server on loopback that publishes keys, and can misbehave."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class KeyServer:
    """``answers`` has status, headers and body by path. While ``gate`` is not set, it hangs."""

    port: int = 0
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/jwks"

    def publish(self, *keys: Any, path: str = "/jwks", **headers: str) -> None:
        """Publish the public parts of ``keys``, each with its thumbprint as kid."""
        jwks = [{**key.as_dict(private=False), "kid": key.thumbprint()} for key in keys]
        self.say({"keys": jwks}, path=path, **headers)

    def say(self, content: Any, *, path: str = "/jwks", status: int = 200, **headers: str) -> None:
        """Answer with ``content``, as JSON unless it is bytes; ``_`` in a header is ``-``."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, named, body)


@contextmanager
def key_server() -> Iterator[KeyServer]:
    """Run the server inside the ``with`` block."""
    server = KeyServer()
    server.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            server.gate.wait(30)
            status, headers, body = server.answers.get(self.path, (404, {}, b""))
            with suppress(OSError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        server.port = running.server_address[1]
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.gate.set()
            running.shutdown()
            thread.join()
