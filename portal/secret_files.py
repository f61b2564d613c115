"""Secrets from the environment or from files that other users may neither read nor write."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from clients_app import data_files
from portal.environment import refuse_open_file, text


def secret_from(name: str) -> str:
    """Return the variable, or the content of the file ``<name>_FILE``; empty if neither is set."""
    path = text(f"{name}_FILE")
    return _content(Path(path), f"{name}_FILE") if path else text(name)


def secret_key(data_dir: Path) -> str:
    """Return SECRET_KEY or the content of SECRET_KEY_FILE, by default a new file in DATA_DIR."""
    given = secret_from("SECRET_KEY")
    if not given:
        path = data_dir / data_files.SECRET_KEY
        if not path.exists():
            _create_key_file(path)
        given = _content(path, "The key file")
    if len(given) < 50 or len(set(given)) < 5:
        raise ImproperlyConfigured("SECRET_KEY is too weak; set at least 50 random characters.")
    return given


def former_keys() -> list[str]:
    """Return the words of SECRET_KEY_FALLBACKS or of the file SECRET_KEY_FALLBACKS_FILE."""
    return secret_from("SECRET_KEY_FALLBACKS").replace(",", " ").split()


@contextmanager
def writable_folder(folder: Path, what: str) -> Iterator[None]:
    """Create ``folder``; an OSError here or in the block becomes a sentence about ``what``."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ImproperlyConfigured(
            f"{what} cannot be written ({error.strerror}); "
            "set DATA_DIR to a folder that this user may write to."
        ) from error


def open_to_others(data_dir: Path, database: str) -> list[Path]:
    """Return what any user of this machine may read: DATA_DIR, files in it, and the database.

    ``database`` is the path of SQLite's file, which may be elsewhere; empty for PostgreSQL.
    """
    found = [data_dir, *data_dir.iterdir()] if _is_open(data_dir) else []
    if database and (file := Path(database)).parent != data_dir:
        found += [file, *file.parent.glob(f"{file.name}-*")]
    return [path for path in found if _is_open(path)]


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:  # removed meanwhile
        return False


def _create_key_file(path: Path) -> None:
    """Write a new key with mode 0600; processes that start at the same time agree on one."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with writable_folder(path.parent, f"The key file {path}"):
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            with suppress(FileExistsError):  # another process was first
                os.link(draft, path)
        finally:
            draft.unlink()


def _content(path: Path, what: str) -> str:
    try:
        refuse_open_file(path, what)
        content = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(
            f"{what} {path} cannot be read ({reason}); make it readable by this user."
        ) from error
    if not content:
        raise ImproperlyConfigured(f"{what} {path} is empty; put the secret into it.")
    return content
