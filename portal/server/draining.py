"""A worker that is replaced stops accepting connections before it is told to exit.

granian closes a connection whose first request it has not read yet. Without this, each reload of
the TLS files cuts the connections that are new at that moment.
"""

import ctypes
import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from django.conf import settings

SIGNAL: Final = signal.SIGUSR1
QUEUE_S: Final = 0.2  # to accept what is in the queue
DRAIN_S: Final = 0.7  # with this, for new connections to send their first request
_ATTACH_FILTER: Final = 26  # SO_ATTACH_FILTER, socket(7)
_SYN_ONLY: Final = (  # classic BPF: drop what begins a connection
    (0x30, 0, 0, 13),  # load the flags of TCP
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone?
    (0x06, 0, 0, 0),  # drop it: the other side repeats it after a second, to another worker
    (0x06, 0, 0, 0xFFFFFFFF),  # take all of it
)


def stop_accepting_at_signal() -> None:
    """In a worker, before it starts threads: wait for the signal in a thread of its own.

    The main thread is busy outside Python, and may run no signal handler for a while.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {SIGNAL})
    threading.Thread(target=_wait, daemon=True).start()


def drain_before_exit(worker: Any) -> None:
    """In the server: let ``worker`` stop accepting for a moment whenever granian terminates it."""
    terminate = worker.terminate

    def drain_and_terminate() -> None:
        worker.terminate = terminate
        with suppress(ProcessLookupError):
            os.kill(worker.inner.pid, SIGNAL)
            time.sleep(DRAIN_S)
        terminate()

    worker.terminate = drain_and_terminate


def _wait() -> None:
    signal.sigwait({SIGNAL})
    own = list(_listening())
    for number in own:
        _drop_new_connections(number)
    time.sleep(QUEUE_S)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        nobody.setblocking(False)
        for number in own:  # the sockets of other workers get what comes from now on
            os.dup2(nobody.fileno(), number, inheritable=False)


def _drop_new_connections(number: int) -> None:
    """Let a socket ignore new connections (Linux): closing it would reset those that wait."""
    code = b"".join(struct.pack("HBBI", *step) for step in _SYN_ONLY)
    text = ctypes.create_string_buffer(code)
    program = struct.pack("HP", len(_SYN_ONLY), ctypes.addressof(text))
    if sys.platform == "linux":
        with suppress(OSError), socket.socket(fileno=os.dup(number)) as one:
            one.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)


def _listening() -> Iterator[int]:
    """Yield the descriptors of this process that listen at PORT."""
    for number in map(int, os.listdir("/dev/fd")):
        with suppress(OSError), socket.socket(fileno=os.dup(number)) as one:
            accepts = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if accepts and one.getsockname()[1] == settings.PORT:
                yield number
