"""The entrance of all requests: reads each on the event loop, and sends the answer that a thread
has given.

A client that sends or reads slowly costs a connection and nothing else (AVA-11). With granian's
WSGI, a thread read the body from the network, so four slow clients could occupy all threads of two
workers. Handing requests over costs 15 to 30 us of CPU time on uvloop, 4 to 8 % of a token, and 35
to 60 us on asyncio's own loop. tests/server/test_slow_clients.py and `make faults` show what is
gained.

A thread gives its answer to granian. The coroutine of the request must wait for that, or granian
loses the answer, but it need not end at once: waking the loop for each answer costs up to 30 us and
doubles the slowest times under load. So it ends when the loop is awake for another request.
"""

import asyncio
import os
import signal
from collections import deque
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from granian.rsgi import ProtocolClosed

from clients_app.oauth.plain_http import Request
from clients_app.ops.health import ALIVE, LIVEZ_PATH
from portal.server import refusals
from portal.server.environ import body_length, environ_of
from portal.server.request_threads import (
    BUSY,
    Answer,
    Application,
    Environ,
    FileToSend,
    RequestThreads,
)
from portal.server.token_requests import token_request

FORM_MAX: Final = settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # more than the protocol endpoints take
BODY_S: Final = 30.0  # until the last byte of a body
FINISH_S: Final = 10.0  # to finish requests when the server stops
OPEN_S: Final = 10.0  # until granian has opened a file that it sends
SWEEP_S: Final = 0.05  # between looks at what is due; a timer for each request takes 8 us


class Entrance:
    """An RSGI application in front of a WSGI application.

    Source: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
    """

    def __init__(self, application: Application) -> None:
        self._threads = RequestThreads(application)
        self._answered_ones: deque[asyncio.Future[bool]] = deque()
        self._waiting = 0  # coroutines
        self._receiving: dict[asyncio.Task[None], float] = {}  # with the deadlines of their bodies
        self._is_stopping = False
        self._sweep: asyncio.TimerHandle | None = None

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
        headers, body = scope.headers, b""
        if (length := body_length(headers)) != 0:
            try:
                body = await self._received(proto, length)
            except asyncio.CancelledError:
                self._send(proto, refusals.too_slow(path))
                return
            except ProtocolClosed:
                self._send(proto, refusals.incomplete(path))
                return
        request: Environ | Request | None = token_request(scope, headers, body)
        if request is None:
            request = environ_of(scope, body, file_wrapper=FileToSend)
        if why := await self._unanswered(request, proto, is_cut=len(body) > FORM_MAX):
            self._send(proto, refusals.busy(path, why=why))

    async def _received(self, proto: Any, length: int | None) -> bytes:
        """Return the body. Errors: CancelledError if it is late, ProtocolClosed if incomplete."""
        task: Any = asyncio.current_task()
        self._receiving[task] = self._loop.time() + BODY_S
        self._sweep_later()
        try:
            if length is None or length > FORM_MAX:
                return await _body(proto)
            whole: bytes = await proto()
            return whole
        finally:
            del self._receiving[task]

    async def _unanswered(self, request: Environ | Request, proto: Any, *, is_cut: bool) -> str:
        """Let a thread answer; return why none is free in time, empty if one has answered.

        ``is_cut``: the rest of the body is not read, so granian closes the connection.
        """
        answered: asyncio.Future[bool] = self._loop.create_future()

        def deliver(answer: Answer | None) -> None:  # in the thread
            if answer and is_cut:
                answer = answer._replace(headers=[*answer.headers, ("Connection", "close")])
            if answer and isinstance(answer.body, bytes):
                proto.response_bytes(*answer)  # granian sends it, in a thread of its own
                self._answered_ones.append(answered)
            else:
                self._loop.call_soon_threadsafe(self._end, proto, answer, answered)

        if self._answered_ones:
            self._end_answered()
        if why := self._threads.add(request, deliver):
            return why
        self._waiting += 1
        if self._sweep is None:
            self._sweep_later()
        try:
            return "" if await answered else BUSY
        finally:
            self._waiting -= 1

    def _end(self, proto: Any, answer: Answer | None, answered: asyncio.Future[bool]) -> None:
        if answer:
            self._send(proto, answer)
        answered.set_result(answer is not None)

    def _end_answered(self) -> None:
        while self._answered_ones:
            self._answered_ones.popleft().set_result(True)

    def _sweep_later(self) -> None:
        if self._sweep is None:
            self._sweep = self._loop.call_later(SWEEP_S, self._sweep_now)

    def _sweep_now(self) -> None:
        self._sweep = None
        self._end_answered()
        for task, deadline in self._receiving.items():  # in the order of their deadlines
            if deadline > self._loop.time():
                break
            task.cancel()
        if self._waiting or self._receiving:
            self._sweep_later()

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
        if not self._is_stopping:  # a second signal would block granian, and the loop with it
            self._is_stopping = True
            signal.raise_signal(signal.SIGINT)
            self._loop.call_later(FINISH_S, _exit)


async def _body(proto: Any) -> bytes:
    """Return the body, up to one byte over FORM_MAX, which the application refuses.

    granian ends a body with one empty piece, and a broken one, or one with trailers, with two.
    Errors: ProtocolClosed if the client closed the connection, or its chunks are malformed.
    """
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


def _exit() -> None:
    raise SystemExit(0)
