"""Files with new secrets: for their owner alone, on the disk before the change is saved."""

import os
from pathlib import Path
from types import TracebackType

from django.db import Error as DatabaseError

from clients_app.errors import PortalError


class SecretFiles:
    """Files in a folder, which are removed again if the block fails; None: no files.

    They stay where the database fails: it may have saved the change without saying so.
    """

    def __init__(self, folder: str | None) -> None:
        """Make the folder if there is none. Errors: PortalError."""
        self.folder = None if folder is None else Path(folder)
        self._written: list[Path] = []
        if self.folder is not None:
            try:
                self.folder.mkdir(mode=0o700, exist_ok=True)
            except OSError as error:
                raise self._refused(error) from error

    def write(self, name: str, text: str) -> bool:
        """Write a new file of mode 0600; return False without a folder.

        Errors: PortalError, also if there is such a file.
        """
        if self.folder is None:
            return False
        path = self.folder / name
        try:
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            self._written.append(path)
            with os.fdopen(number, "w") as file:
                file.write(f"{text}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._refused(error) from error
        return True

    def keep(self) -> None:
        """Make sure that the files outlive a power cut; call it before the change is saved.

        Errors: PortalError.
        """
        if self.folder is None:
            return
        try:
            number = os.open(self.folder, os.O_RDONLY)
            os.fsync(number)
            os.close(number)
        except OSError as error:
            raise self._refused(error) from error

    def __enter__(self) -> "SecretFiles":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and not isinstance(error, DatabaseError):
            for path in self._written:
                path.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> PortalError:
        sentence = "%(folder)s cannot be written (%(reason)s), so nothing was changed."
        return PortalError(sentence, folder=self.folder, reason=error.strerror)
