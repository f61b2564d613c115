"""What each worker process of the server does before it serves."""

import os
import signal
import threading
from contextlib import suppress
from importlib import import_module
from multiprocessing import parent_process
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def load() -> Any:
    """Return the WSGI application of the portal."""
    return import_string(settings.WSGI_APPLICATION)


def load_in_worker() -> Any:
    """Return the application to a worker, which exits when its parent dies."""
    obey_parent_alone()
    _schedule_as_batch()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    application = load()
    housekeeping = import_module("clients_app.services.housekeeping")  # Django is ready only now
    housekeeping.begin()
    return application


def obey_parent_alone() -> None:
    """Leave the process group, to which Ctrl C and others send their signals; forget a signal that
    has come that way; end at the parent's until granian takes over."""
    os.setpgid(0, 0)
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def _schedule_as_batch() -> None:
    """Let a woken thread of this process wait until the running one pauses.

    A request goes from the thread that speaks HTTP to one that answers it, and back. Under full
    load each handover would otherwise switch threads twice: a tenth of the CPU time.
    Source: sched(7), SCHED_BATCH; systems other than Linux have none.
    """
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):  # where the operator has chosen another policy
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
