"""Secrets from the environment or from files that only their owner may write."""

import os
import secrets
import stat
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from clients_app import data_files
from portal.environment import text


def secret_from(name: str) -> str:
    """Return the variable, or the content of the file that ``<name>_FILE`` names, or nothing."""
    path = text(f"{name}_FILE")
    return _content(Path(path), f"{name}_FILE") if path else text(name)


def secret_key(data_dir: Path) -> str:
    """Return SECRET_KEY, or SECRET_KEY_FILE's, or the key file's in DATA_DIR, made if missing."""
    given = secret_from("SECRET_KEY")
    if not given:
        path = data_dir / data_files.SECRET_KEY
        _make_key_file(path)
        given = _content(path, "The key file")
    if len(given) < 50 or len(set(given)) < 5:
        raise ImproperlyConfigured("SECRET_KEY is too weak; set at least 50 random characters.")
    return given


def _make_key_file(path: Path) -> None:
    """Write a new key with mode 0600; several processes starting at once agree on one."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)  # refuses to replace a key that another process wrote first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The key file {path} cannot be written ({error.strerror}); "
            "set DATA_DIR to a folder that this user may write to."
        ) from error


def _content(path: Path, what: str) -> str:
    try:
        if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ImproperlyConfigured(
                f"{what} {path} may be written by other users; run `chmod 600 {path}`."
            )
        content = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(
            f"{what} {path} cannot be read ({reason}); make it readable by this user."
        ) from error
    if not content:
        raise ImproperlyConfigured(f"{what} {path} is empty; put the secret into it.")
    return content
