"""Runs the production server, granian, until it gets a signal to stop.

On a busy machine granian can lose the signal that stops one of its workers, and it does not
supervise `manage.py worker`, so this module stops both. tests/server/test_stopping.py shows why.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.db import connections
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder

from portal.server import tls_reload
from portal.server.companion import Companion
from portal.server.open_files import connections_per_worker
from portal.server.supervised import Server
from portal.server.workers import STOPS, leave_process_group, load, load_in_worker

GRACE_S = 16.0  # for a worker to finish requests (10 s) and what housekeeping has to write (5 s)
REPEAT_S = 0.5  # until a worker that is still running gets the signal again
KILL_S = 1  # granian's own grace period, which follows
IDLE_S = 75  # until a connection without a request is closed; balancers close theirs after 60
BACKLOG = 4096  # connections that wait to be accepted, as far as the system allows
BUFFER_MAX = 65_536  # bytes of a request's headers


def serve(claim: socket.socket, *, on_ready: Callable[[], None], has_worker: bool) -> None:
    """Serve the address of ``claim`` until SIGINT or SIGTERM, or until the terminal is closed.

    ``on_ready`` is called when the port is open. With ``has_worker``, `manage.py worker` runs, too.
    """
    (certificate, key), holder = settings.TLS_FILES or (None, None), cast(Any, SocketHolder)
    server: Any = Server(
        settings.WSGI_APPLICATION,
        address=settings.BIND,
        port=settings.PORT,
        interface=Interfaces.RSGI,  # see portal.server.entrance
        loop=Loops.uvloop,
        http=HTTPModes.http1,  # detecting HTTP/2 costs each request 10 us
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_S * 1000, max_buffer_size=BUFFER_MAX),
        backpressure=connections_per_worker(),
        workers=settings.WORKERS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_S,
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {}}},  # to Django's handlers
        ssl_cert=certificate,
        ssl_key=key,
        ssl_protocol_min=tls_reload.OLDEST,
        respawn_interval=tls_reload.OVERLAP_S,
    )

    companion, stopped = Companion(is_wanted=has_worker), threading.Event()
    has_terminal = tls_reload.ends_with_terminal()

    def stop(*_: object) -> None:  # in a thread: a signal handler must not wait for a lock
        stopped.set()
        threading.Thread(target=_stop, args=(server, settings.WORKERS), daemon=True).start()

    @server.on_startup
    def _ready() -> None:
        for number in STOPS:
            signal.signal(number, stop)
        server._ssp, server._shd = None, holder(claim.fileno(), False, BACKLOG)
        tls_reload.follow(server, stop, stopped, grace_s=GRACE_S, has_terminal=has_terminal)
        companion.start()
        on_ready()

    load()  # once, before the workers fork
    connections.close_all()
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, STOPS),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, STOPS),
        after_in_child=leave_process_group,
    )
    try:
        server.serve(target_loader=partial(load_in_worker, claim), wrap_loader=False)
    except SystemExit:  # a worker died; that does not matter when the server is stopping
        if not server.interrupt_signal:
            raise
    finally:
        companion.stop()


def _stop(server: Any, workers: int) -> None:
    """Terminate the workers, some of which may still be starting; then let granian exit.

    granian signals each worker once, which gets lost between its fork and its first request. On a
    busy machine granian may also take a worker that has exited for one that refuses to: if two
    threads wait for a process, one learns of its exit only after the other has recorded it.
    """
    server.workers_kill_timeout = KILL_S
    until = time.monotonic() + GRACE_S
    repeat_at = 0.0
    try:
        while (now := time.monotonic()) < until:
            started = list(server.wrks)
            running = [worker for worker in started if worker.is_alive()]
            if len(started) == workers and not running:
                break
            if now >= repeat_at:
                repeat_at = now + REPEAT_S
                for worker in running:
                    worker.terminate()
            time.sleep(0.01)
    finally:
        server.signal_handler_interrupt()
