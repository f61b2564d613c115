"""Prepares each worker process of the server."""

import os
import signal
import socket
import threading
from contextlib import suppress
from importlib import import_module
from multiprocessing import parent_process
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from clients_app import data_files, measures
from portal.server.draining import stop_accepting_at_signal
from portal.server.port import listen_apart

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def load() -> Any:
    """Return the application that the server runs; it makes Django ready.

    With the addresses, so that the workers that fork from the server share what these load.
    """
    application = import_string(settings.WSGI_APPLICATION)
    import_module(settings.ROOT_URLCONF)
    return import_module("portal.server.entrance").Entrance(application)


def load_in_worker(listening: socket.socket) -> Any:
    """Return the application to a worker, which exits when its parent dies."""
    leave_process_group()
    listen_apart(listening)
    _schedule_as_batch()
    stop_accepting_at_signal()
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    application = load()
    import_module("clients_app.services.housekeeping").begin()  # Django is ready only now
    if settings.METRICS_TOKEN:
        measures.begin(settings.DATA_DIR / data_files.METRICS)
    return application


def leave_process_group() -> None:
    """Leave the group that gets Ctrl C, and drop pending signals; signals of the parent still stop
    this process."""
    os.setpgid(0, 0)
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def _schedule_as_batch() -> None:
    """Avoid that a woken thread of this process preempts the running one.

    A request passes from the thread that speaks HTTP to one that answers it, and back. Under full
    load, preemption at each handover costs a tenth of the CPU time.
    Source: sched(7), SCHED_BATCH; Linux only.
    """
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):  # the operator chose another policy
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _exit_with_parent() -> None:
    if parent := parent_process():
        parent.join()
    os._exit(1)
