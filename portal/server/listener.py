"""Runs the production server, granian, in front of the portal until it is told to stop."""

import errno
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from ipaddress import ip_address
from multiprocessing import parent_process
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils.module_loading import import_string
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server import Server

from clients_app import conf
from portal.server.companion import Companion

THREADS = 2  # of each worker: one works while the other waits; with more each waits longer
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_S = 10.0  # for requests that are being answered when the server is told to stop
AGAIN_S = 0.5  # a worker that has not ended is told again
KILL_S = 1  # granian's own patience, after ours


def claim_port(listener: conf.Listener) -> socket.socket:
    """Return a socket that holds address and port for this process and its workers.

    granian's workers share a port with whoever asks, a second server of this user included; this
    socket never listens, but lets nobody else have the port.
    """
    family = socket.AF_INET6 if ip_address(listener.address).version == 6 else socket.AF_INET
    claim = socket.socket(family)
    try:
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claim.bind((listener.address, listener.port))
    except OSError as error:
        claim.close()
        raise ImproperlyConfigured(_unusable(listener, error)) from error
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return claim


def _unusable(listener: conf.Listener, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {listener.port} is taken; stop the program that uses it, "
                "or set PORT to another."
            )
        case errno.EACCES:
            return f"This user may not listen on port {listener.port}; set PORT to one from 1024."
        case _:
            return (
                f"This machine cannot listen on {listener.address} ({error.strerror}); "
                "set BIND to one of its addresses."
            )


def check_tls(listener: conf.Listener) -> None:
    """Refuse a certificate and a key that cannot be used together."""
    if listener.tls_files is None:
        return
    certificate, key = listener.tls_files
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError) as error:
        raise ImproperlyConfigured(
            f"TLS_CERT {certificate} and TLS_KEY {key} cannot be used together; set them to a "
            "certificate and its key, both in PEM, the key without a password."
        ) from error


def serve(listener: conf.Listener, *, tell: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; ``tell`` is called when the port is open."""
    certificate, key = listener.tls_files or (None, None)
    server: Any = Server(
        conf.wsgi_application(),
        address=listener.address,
        port=listener.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # to tell HTTP/2 from it costs each request 10 us
        workers=listener.workers,
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
        _stop_by_signals(partial(_stop, server, listener.workers), ignored=ignored)
        companion.start()
        tell()

    load()  # once, before the workers fork
    connections.close_all()
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, STOPS),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, STOPS),
        after_in_child=_obey_parent_alone,
    )
    try:
        server.serve(target_loader=load_in_worker, wrap_loader=False)
    except SystemExit:  # a worker died before: of no interest to who stops the server
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


def load() -> Any:
    """Return the WSGI application of the portal."""
    return import_string(conf.wsgi_application())


def load_in_worker() -> Any:
    """Return the application to a worker, which shall not live on without its parent."""
    _obey_parent_alone()
    _let_whoever_works_go_on()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    application = load()
    housekeeping = import_module("clients_app.services.housekeeping")  # Django is ready only now
    housekeeping.begin()
    return application


def _obey_parent_alone() -> None:
    """Leave the group of processes, to which Ctrl C and others send their signals; forget one that
    has come by it; end at the parent's until granian takes over."""
    os.setpgid(0, 0)
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def _let_whoever_works_go_on() -> None:
    """Let a thread of this process that has been woken wait until the one that works pauses.

    A request is handed from the thread that speaks HTTP to one that answers it, and back. Under
    full load each handing over would else be two changes of threads: a tenth of the CPU time.
    Source: sched(7), SCHED_BATCH; other systems than Linux have none.
    """
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):  # where the operator has chosen another policy
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
