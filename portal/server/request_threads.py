"""The threads that answer requests: each takes a complete request and returns a complete answer,
and never waits for the network.

Two for each worker: one works while the other waits for the database. With more, each waits longer
(docs/performance.md).

Requests of a flood come last. They are answered when no other is waiting, and at each fiftieth
turn, so that a right one among them gets an answer too.
"""

import logging
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any, Final, NamedTuple

from django.conf import settings

from clients_app import measures
from clients_app.http.places import TOKEN, place_of
from clients_app.oauth.plain_http import Request
from clients_app.oauth.short_entrance import token_response
from portal.server.floods import is_of_flood

THREADS: Final = 2
WAITING_MAX: Final = 1000  # requests; more are refused at once
WAIT_S: Final = 10.0  # a request that waits longer is refused: its client may have given up
FLOOD_MAX: Final = 50  # requests of a flood that wait
FLOOD_TURN: Final = 50  # one turn of so many goes to the flood, even while others wait
IDLE_S: Final = 0.002  # without another request, until the flood has a turn; the event loop needs
# that long between two batches of requests
BUSY: Final = "busy"  # reasons why a request gets no place in the queue
FLOOD: Final = "flood"
MEMORY_MAX: Final = 1_048_576  # bytes of an answer; a longer one is written to a file

log = logging.getLogger("clients_app.server")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Answer(NamedTuple):
    """A complete answer; a long body is in a file, which is closed when it is sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes | IO[bytes] | Path


FAILED: Final = Answer(500, [("Content-Type", "text/plain")], b"Server error\n")


class FileToSend:
    """``wsgi.file_wrapper`` (PEP 3333): the file of an answer that the event loop sends."""

    def __init__(self, file: Any, block_size: int = 8192) -> None:
        self._file, self._block_size = file, block_size
        self.close = file.close

    @property
    def path(self) -> Path | None:
        """Its path; None if it is not a whole file."""
        name = getattr(self._file, "name", None)
        return Path(name) if isinstance(name, str) else None

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._file.read(self._block_size):
            yield piece


#: Gets the answer, or None if no thread was free in time; called in one of the threads.
Deliver = Callable[[Answer | None], None]
#: a request, the last moment to begin with it, who gets its answer, and whether it is of a flood
Waiting = tuple[Environ | Request, float, Deliver, bool]


class RequestThreads:
    """Runs ``application`` for requests in turn, the first one first, and those of a flood last."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._waiting: SimpleQueue[Waiting | None] = SimpleQueue()  # None only wakes a thread up
        self._of_flood: deque[Waiting] = deque()

    def start(self) -> None:
        """Start the threads; they end with the process."""
        for number in range(THREADS):
            name = f"requests-{number + 1}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def add(self, request: Environ | Request, deliver: Deliver) -> str:
        """Put the request into the queue; return why it got no place there, empty if it got one.

        A ``Request`` is for a token.
        """
        latest = time.monotonic() + WAIT_S
        if is_of_flood(request):
            if len(self._of_flood) >= FLOOD_MAX:
                return FLOOD
            self._of_flood.append((request, latest, deliver, True))
            self._waiting.put(None)
            return ""
        if self._waiting.qsize() - len(self._of_flood) >= WAITING_MAX:  # without the Nones
            return BUSY
        self._waiting.put((request, latest, deliver, False))
        return ""

    def _work(self) -> None:
        turn = 1
        while True:
            turn += self._serve(*self._next(is_turn_of_flood=turn % FLOOD_TURN == 0))

    def _next(self, *, is_turn_of_flood: bool) -> Waiting:
        idle_at = time.monotonic() + IDLE_S
        while True:
            if is_turn_of_flood:
                with suppress(IndexError):  # none is waiting, or the other thread has it
                    return self._of_flood.popleft()
            patience_s = max(0.0, idle_at - time.monotonic()) if self._of_flood else None
            try:
                waiting = self._waiting.get(timeout=patience_s)
            except Empty:
                is_turn_of_flood = True
                continue
            is_turn_of_flood = False
            if waiting is not None:
                if self._of_flood and self._waiting.empty():
                    self._waiting.put(None)  # the other thread may not know of the flood
                return waiting

    def _serve(
        self, request: Environ | Request, latest: float, deliver: Deliver, of_flood: bool
    ) -> bool:
        """Answer a request; return False for one that has waited too long."""
        if (began := time.monotonic()) > latest:
            deliver(None)
            return False
        try:
            answer = self._answer(request)
            deliver(answer)
        except BaseException:  # Django answers its own errors; granian's are no Exception
            log.exception("A request could not be answered.")
            answer = FAILED
            self._deliver_error(deliver)
        if measures.is_on():
            waited_s = None if of_flood else began - latest + WAIT_S  # no sign of a full node
            _measure(request, answer.status, waited_s=waited_s, began=began)
        return True

    def _answer(self, request: Environ | Request) -> Answer:
        if isinstance(request, Request):
            response = token_response(request)
            return Answer(response.status, list(response.headers.items()), response.body)
        return respond(self._application, request)

    def _deliver_error(self, deliver: Deliver) -> None:
        try:
            deliver(FAILED)
        except BaseException:  # granian takes no answer: the thread goes on with other requests
            deliver(None)


def _measure(
    request: Environ | Request, status: int, *, waited_s: float | None, began: float
) -> None:
    place = TOKEN if isinstance(request, Request) else place_of(request["PATH_INFO"])
    measures.count(measures.RESPONSES, place, str(status))
    if waited_s is not None:
        measures.time(measures.WAITS, place, seconds=waited_s)
    measures.time(measures.SECONDS, place, seconds=time.monotonic() - began)


def respond(application: Application, environ: Environ) -> Answer:
    """Return the complete answer of ``application``."""
    started: list[tuple[int, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        started.append((int(status[:3]), headers))

    pieces = application(environ, start_response)
    try:
        body = _body(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    status, headers = started[-1]
    return Answer(status, headers, body)


def _body(pieces: Iterable[bytes]) -> bytes | IO[bytes] | Path:
    if isinstance(pieces, list) and len(pieces) == 1:
        only: bytes = pieces[0]
        return only
    if isinstance(pieces, FileToSend) and pieces.path:
        return pieces.path
    return _joined(pieces)


def _joined(pieces: Iterable[bytes]) -> bytes | IO[bytes]:
    """Return all pieces; in a file that has no name if they are long, so that a slow reader costs
    neither memory nor a thread."""
    kept, size, rest = [], 0, iter(pieces)
    for piece in rest:
        kept.append(piece)
        size += len(piece)
        if size > MEMORY_MAX:
            break
    else:
        return b"".join(kept)
    file = tempfile.TemporaryFile(dir=settings.DATA_DIR)  # noqa: SIM115  closed when it is sent
    file.writelines(chain(kept, rest))
    file.flush()
    return file
