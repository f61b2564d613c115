"""The entrance of all requests: reads each on the event loop, and sends the answer that a thread
has given.

A client that sends or reads slowly costs a connection and nothing else (AVA-11). With granian's
WSGI, a thread read the body from the network, so four slow clients could occupy all threads of two
workers. Handing requests over costs about 15 us of CPU time on uvloop, 4 % of a token, and 35 to 60
us on asyncio's own loop. When threads answered without a coroutine that waits, granian lost
answers. tests/server/test_slow_clients.py and `make faults` show what is gained.
"""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from granian.rsgi import ProtocolClosed

from clients_app.http import operation_ids
from clients_app.ops.health import ALIVE, LIVEZ_PATH
from portal.server import refusals
from portal.server.environ import add_body, body_length, environ_of
from portal.server.request_threads import Answer, Application, FileToSend, RequestThreads

FORM_MAX: Final = settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # more than the protocol endpoints take
BODY_S: Final = 30.0  # until the last byte of a body
FINISH_S: Final = 10.0  # to finish requests when the server stops
OPEN_S: Final = 10.0  # until granian has opened a file that it sends


class Entrance:
    """An RSGI application in front of a WSGI application.

    Source: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
    """

    def __init__(self, application: Application) -> None:
        self._threads = RequestThreads(application)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the threads; make SIGTERM end this process in time.

        granian stops on SIGINT as on SIGTERM. It waits for every connection, even one whose client
        sends or reads nothing.
        """
        self._loop = loop
        self._threads.start()
        loop.add_signal_handler(signal.SIGTERM, self._stop)

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        """Answer one request."""
        path = scope.path
        if path == LIVEZ_PATH and scope.method in {"GET", "HEAD"}:
            self._send(proto, Answer(200, ALIVE.headers, ALIVE.body))
            return
        operation_ids.begin_unnamed()
        environ, body = environ_of(scope), b""
        if (length := body_length(environ)) != 0:
            task: Any = asyncio.current_task()
            deadline = self._loop.call_later(BODY_S, task.cancel)
            try:
                body = await _body(proto, length)
            except asyncio.CancelledError:
                self._send(proto, refusals.too_slow(path))
                return
            except ProtocolClosed:
                self._send(proto, refusals.incomplete(path))
                return
            finally:
                deadline.cancel()
        environ["wsgi.file_wrapper"] = FileToSend
        add_body(environ, body)
        self._send(proto, await self._answer(environ) or refusals.busy(path))

    async def _answer(self, environ: dict[str, Any]) -> Answer | None:
        """Return the answer of a thread; None if none is free in time."""
        answered: asyncio.Future[Answer | None] = self._loop.create_future()

        def deliver(answer: Answer | None) -> None:
            self._loop.call_soon_threadsafe(_resolve, answered, answer)

        if not self._threads.add(environ, deliver):
            return None
        return await answered

    def _send(self, proto: Any, answer: Answer) -> None:
        status, headers, body = answer
        if isinstance(body, bytes):
            proto.response_bytes(status, headers, body)
            return
        if isinstance(body, Path):
            proto.response_file(status, headers, str(body))
            return
        length = ("Content-Length", str(os.fstat(body.fileno()).st_size))
        proto.response_file(status, [*headers, length], f"/dev/fd/{body.fileno()}")
        self._loop.call_later(OPEN_S, body.close)  # granian has its own handle by then

    def _stop(self) -> None:
        signal.raise_signal(signal.SIGINT)
        self._loop.call_later(FINISH_S, _exit)


async def _body(proto: Any, length: int | None) -> bytes:
    """Return the body, up to one byte over FORM_MAX, which the application refuses.

    granian ends a body with one empty piece, and a broken one, or one with trailers, with two.
    Errors: ProtocolClosed if the client closed the connection, or its chunks are malformed.
    """
    if length is not None and length <= FORM_MAX:
        whole: bytes = await proto()
        return whole
    pieces, size, empty = [], 0, 0
    async for piece in proto:
        pieces.append(piece)
        size += len(piece)
        if size > FORM_MAX:
            return b"".join(pieces)[: FORM_MAX + 1]
        empty += not piece
    if empty > 1:
        raise ProtocolClosed
    return b"".join(pieces)


def _resolve(answered: asyncio.Future[Answer | None], answer: Answer | None) -> None:
    if not answered.done():
        answered.set_result(answer)


def _exit() -> None:
    raise SystemExit(0)
