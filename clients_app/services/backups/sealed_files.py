"""A file of lines: compressed, then encrypted to public keys in the age format.

`age --decrypt --identity KEY FILE | gunzip` shows the lines. The machine that writes the file needs
no private key, so it cannot read it. Every piece of 64 KiB is authenticated, and so is the end, so
a file that was damaged or cut off is noticed.

Source: https://age-encryption.org/v1.
"""

import gzip
import hashlib
import io
import os
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

import pyrage

from clients_app.errors import PortalError
from clients_app.services.backups.drafts import written_whole

_NO_IDENTITY: Final = (
    "Set BACKUP_IDENTITY_FILE to the file with the private key (AGE-SECRET-KEY-...) that belongs "
    "to a public key in BACKUP_RECIPIENTS of the installation that made the backup."
)


class Unreadable(PortalError):
    """The file is damaged, incomplete, or no backup."""

    def __init__(self, path: Path, reason: str) -> None:
        sentence = (
            "%(path)s is damaged, incomplete or no backup (%(reason)s). Nothing was changed. "
            "Use another copy of it, or another backup."
        )
        super().__init__(sentence, path=path, reason=reason)


def new_identity(path: Path) -> str:
    """Write a new private key to a new file of mode 0600; return its public key.

    Errors: PortalError.
    """
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    with written_whole(path) as file:
        file.write(f"# public key: {public}\n{identity}\n".encode())
    return public


def write_lines(
    lines: Iterable[bytes], file: IO[bytes], recipients: Iterable[str]
) -> tuple[int, str]:
    """Write the lines to ``file``, a piece in memory at a time; return its size and SHA-256.

    Errors: PortalError for a public key that is none; whatever ``lines`` and ``file`` raise.
    """
    source = _Compressed(lines)
    try:
        keys = [pyrage.x25519.Recipient.from_str(one) for one in recipients]
    except pyrage.RecipientError as error:
        sentence = "BACKUP_RECIPIENTS has a public key that is none (%(reason)s)."
        raise PortalError(sentence, reason=error) from error
    target = _Target(file)
    try:
        pyrage.encrypt_io(source, target, keys)
    except (pyrage.EncryptError, OSError) as error:
        raise source.error or target.error or error from None
    return target.size, target.digest.hexdigest()


def lines_of(path: Path, identity: str) -> Iterator[bytes]:
    """Yield the lines of a file.

    ``identity`` is the content of a file of private keys. Do not use the lines before the end is
    reached: only then is the file proved whole.
    Errors: Unreadable; PortalError where the private key does not fit, or the file cannot be read.
    """
    keys = _identities(identity)
    try:
        file = path.open("rb")
    except OSError as error:
        sentence = "%(path)s cannot be read (%(reason)s)."
        raise PortalError(sentence, path=path, reason=error.strerror) from error
    with file, _decrypted(file, path, keys) as plain, gzip.GzipFile(fileobj=plain) as lines:
        try:
            yield from lines
        except (EOFError, zlib.error, OSError) as error:
            raise Unreadable(path, str(error)) from error


@contextmanager
def _decrypted(file: IO[bytes], path: Path, keys: list[Any]) -> Iterator[IO[bytes]]:
    """Yield what a thread decrypts, through a pipe; its error comes before that of the reader."""
    failed: list[BaseException] = []
    reading, writing = os.pipe()

    def decrypt() -> None:
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as target:
            try:
                pyrage.decrypt_io(file, target, keys)
            except (pyrage.DecryptError, OSError) as error:
                failed.append(error)

    thread = threading.Thread(target=decrypt, name="decryption")
    thread.start()
    try:
        with os.fdopen(reading, "rb") as plain:
            yield plain
    except Unreadable:
        thread.join()
        if not failed:
            raise
    finally:
        thread.join()
    if failed and "No matching keys" in str(failed[0]):
        raise PortalError("%(path)s is encrypted to another key. " + _NO_IDENTITY, path=path)
    if failed and not isinstance(failed[0], BrokenPipeError):
        raise Unreadable(path, str(failed[0]))


def _identities(text: str) -> list[Any]:
    lines = [line.strip() for line in text.splitlines()]
    try:
        keys = [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
    except pyrage.IdentityError as error:
        raise PortalError("BACKUP_IDENTITY is no private key. " + _NO_IDENTITY) from error
    if not keys:
        raise PortalError("There is no private key to decrypt the backup with. " + _NO_IDENTITY)
    return keys


class _Compressed(io.RawIOBase):
    """Reads as the compressed lines; remembers an error, which pyrage makes a text."""

    error: BaseException | None = None

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._buffer = io.BytesIO()
        self._gzip = gzip.GzipFile("", "wb", 3, self._buffer, mtime=0)
        self._is_ended = False

    def read(self, size: int = -1) -> bytes:
        try:
            while self._buffer.tell() < size and not self._is_ended:
                self._compress_one()
        except BaseException as error:
            self.error = error
            raise
        ready = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        self._buffer.write(ready[size:])
        return ready[:size]

    def _compress_one(self) -> None:
        line = next(self._lines, None)
        if line is None:
            self._gzip.close()
            self._is_ended = True
        else:
            self._gzip.write(line)


class _Target:
    """Writes to a file, and knows what was written; remembers an error as ``_Compressed`` does."""

    error: BaseException | None = None

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size, self.digest = 0, hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.size += len(piece)
        self.digest.update(piece)
        try:
            return self._file.write(piece)
        except BaseException as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._file.flush()
