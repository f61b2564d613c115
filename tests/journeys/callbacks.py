"""An application on loopback, reduced to its redirect URL: it records what people bring."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

PAGE = b"<!doctype html><html lang=en><title>Rooms</title><h1>Back at the application</h1>"


class Callback(NamedTuple):
    """One arrival: by which method, at which path, with what."""

    method: str
    path: str
    members: dict[str, str]


class Application:
    """A server whose arrivals are in ``arrived``."""

    def __init__(self, server: ThreadingHTTPServer, arrived: "Queue[Callback]") -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.arrived = arrived

    def callback(self) -> Callback:
        """Return the next arrival."""
        return self.arrived.get(timeout=60)


@contextmanager
def application() -> Iterator[Application]:
    """Run an application until the end of the block."""
    arrived: Queue[Callback] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._arrive(urlsplit(self.path).query)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self._arrive(self.rfile.read(length).decode())

        def _arrive(self, form: str) -> None:
            path = urlsplit(self.path).path
            if path != "/favicon.ico":
                members = {name: values[0] for name, values in parse_qs(form).items()}
                arrived.put(Callback(self.command, path, members))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_: Any) -> None:
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Application(server, arrived)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
