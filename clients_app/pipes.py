"""Writes to standard output, standard error and named pipes without waiting for their reader.

A pipe that nobody reads is full after 64 KiB; then a write waits for as long as that lasts.
"""

import os
import select
import stat
from typing import Final

ATOMIC: Final = 4096  # bytes that a pipe takes at once if it says that it can be written


def opened(file: int) -> int:
    """Return a descriptor for ``file`` that never waits, if it is a pipe; otherwise ``file``.

    It is opened again: O_NONBLOCK on the descriptor itself would hold for other programs too.
    """
    if not stat.S_ISFIFO(os.fstat(file).st_mode):
        return file
    try:
        return os.open(f"/proc/self/fd/{file}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # no /proc, or no one will ever read it
        return file


def write_now(file: int, content: bytes) -> bytes:
    """Write what ``file`` takes now; return the rest of ``content``.

    Errors: OSError, also if the reader is gone.
    """
    waits = not stat.S_ISREG(os.fstat(file).st_mode)
    poll = select.poll()
    poll.register(file, select.POLLOUT)
    while content:
        if waits and not poll.poll(0):
            break
        try:
            content = content[os.write(file, content[:ATOMIC] if waits else content) :]
        except BlockingIOError:
            break
    return content
