"""Real servers on loopback: a mail server that keeps messages, and a webhook receiver."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class MailSink:
    """A mail server (RFC 5321) on loopback; ``refuse`` is its reply to each recipient."""

    port: int = 0
    refuse: str = ""
    received: list[EmailMessage] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, Any]:
        """Return the Django settings that use this server, as MAIL_URL does."""
        return {
            "MAIL": {"EMAIL_HOST": "127.0.0.1"},
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
        }


@dataclass
class Receiver:
    """A web server on loopback that responds to each POST with ``status`` and ``body``."""

    port: int = 0
    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    """Run a mail server inside the ``with`` block."""
    sink = MailSink()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 sink")
            while line := self.rfile.readline():
                verb = line[:4].upper().strip()
                if verb == b"DATA":
                    self.say("354 go on")
                    sink.received.append(self.message())
                elif verb == b"QUIT":
                    self.say("221 bye")
                    return
                refused = verb == b"RCPT" and sink.refuse
                self.say(sink.refuse if refused else "250 ok")

        def message(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b".").replace(b"\r\n", b"\n"))  # RFC 5321, 4.5.2
            found = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(found, EmailMessage)
            return found

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with _running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)) as port:
        sink.port = port
        yield sink


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a webhook receiver inside the ``with`` block."""
    kept = Receiver()

    class Talk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.received.append((dict(self.headers), body))
            self.send_response(kept.status)
            for name, value in kept.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(kept.body)))
            self.end_headers()
            self.wfile.write(kept.body)

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Talk)) as port:
        kept.port = port
        yield kept


@contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[int]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
