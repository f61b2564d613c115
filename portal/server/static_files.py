"""Collects the static files, only when one of them has changed since the last time."""

import hashlib
import os
import shutil

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from clients_app import data_files


def collect_changed_static_files() -> bool:
    """Fill the static folder with hashed, compressed copies; return whether that was needed."""
    root = settings.DATA_DIR / data_files.STATIC_ROOT
    stamp = settings.DATA_DIR / data_files.STATIC_FINGERPRINT
    fingerprint = _fingerprint()
    collected = stamp.read_text() if stamp.exists() and root.exists() else ""
    if collected == fingerprint:
        return False
    stamp.unlink(missing_ok=True)  # an interrupted collection is done again, from the start
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def _fingerprint() -> str:
    """Return a digest over path, size and age of every source file."""
    facts = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = os.stat(storage.path(path))
            facts.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()
