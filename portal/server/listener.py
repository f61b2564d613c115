"""Runs the production server, granian, in front of the portal until it is told to stop.

granian supervises its workers, but on a busy machine it can lose the signal that stops one, and it
does not know of the worker beside it: so the supervision here is our own (tests/ops/test_stopping
says what would be lost without it).
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connections
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server import Server

from portal.server.companion import Companion
from portal.server.workers import STOPS, load, load_in_worker, obey_parent_alone

THREADS = 2  # of each worker: one works while the other waits; with more each waits longer
GRACE_S = 10.0  # for requests that are being answered when the server is told to stop
AGAIN_S = 0.5  # a worker that has not ended is told again
KILL_S = 1  # granian's own patience, after ours


def serve(*, tell: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; ``tell`` is called when the port is open."""
    certificate, key = settings.TLS_FILES or (None, None)
    server: Any = Server(
        settings.WSGI_APPLICATION,
        address=settings.BIND,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # to tell HTTP/2 from it costs each request 10 us
        workers=settings.WORKERS,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,  # a thread keeps its database connection
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_S,
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {}}},  # to Django's handlers
        ssl_cert=certificate,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls12,
    )

    companion = Companion()
    ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()

    @server.on_startup
    def _ready() -> None:
        _stop_by_signals(partial(_stop, server, settings.WORKERS), ignored=ignored)
        companion.start()
        tell()

    load()  # once, before the workers fork
    connections.close_all()
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, STOPS),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, STOPS),
        after_in_child=obey_parent_alone,
    )
    try:
        server.serve(target_loader=load_in_worker, wrap_loader=False)
    except SystemExit:  # a worker died before: of no interest when the server is stopped
        if not server.interrupt_signal:
            raise
    finally:
        companion.stop()


def _stop_by_signals(stop: Callable[[], None], *, ignored: set[signal.Signals]) -> None:
    """Call ``stop`` in a thread when a signal says so: a handler must not wait for a lock."""

    def obey(*_: object) -> None:
        threading.Thread(target=stop, daemon=True).start()

    for number in STOPS:
        signal.signal(number, signal.SIG_IGN if number in ignored else obey)


def _stop(server: Any, workers: int) -> None:
    """End the workers, all of which may have yet to start; then, in any case, let granian end.

    granian tells each of them once, which gets lost between its birth and its first request. On a
    busy machine it also takes one that has ended for one that refuses to: who waits for a process
    in two threads learns of its end only when the thread that has reaped it has come to note it.
    """
    until = time.monotonic() + GRACE_S
    try:
        while time.monotonic() < until:
            born = list(server.wrks)
            living = [worker for worker in born if worker.is_alive()]
            if len(born) == workers and not living:
                break
            for worker in living:
                worker.terminate()
            _wait_for_ends(living, AGAIN_S)
    finally:
        server.signal_handler_interrupt()


def _wait_for_ends(workers: list[Any], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(worker.is_alive() for worker in workers):
        time.sleep(0.01)
