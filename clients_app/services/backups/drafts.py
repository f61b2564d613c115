"""Files that are there whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from clients_app.errors import PortalError

#: a link that somebody put there is refused, not followed
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file of mode 0600 that becomes ``path`` at the end of the block.

    An error leaves nothing; a process that is killed leaves `PATH.partial`, which the next one
    takes over.
    Errors: PortalError where ``path`` exists, another process writes it, or it cannot be written.
    """
    draft = path.with_name(f"{path.name}.partial")
    _refuse_existing(path)
    try:
        with os.fdopen(os.open(draft, _FLAGS, 0o600), "wb") as file:
            os.fchmod(
                file.fileno(), 0o600
            )  # who made it before; refused where that was another user
            _claim(file, path)
            try:
                file.truncate(0)
                yield file
                file.flush()
                os.fsync(file.fileno())
                _refuse_existing(path)
                draft.rename(path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
        _sync(path.parent)
    except OSError as error:
        sentence = "%(path)s cannot be written (%(reason)s), so there is no such file."
        raise PortalError(sentence, path=path, reason=error.strerror or error) from error


def _claim(file: IO[bytes], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PortalError("Another process is writing %(path)s.", path=path) from None
    _refuse_existing(path)  # by a process that ended a moment ago, whose draft this was


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise PortalError("%(path)s exists. Choose another name, or remove it.", path=path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
