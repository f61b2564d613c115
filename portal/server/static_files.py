"""Collects the static files if one of them has changed."""

import hashlib
import os
import shutil

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from clients_app import data_files


def collect_changed_static_files() -> bool:
    """Run collectstatic if needed; return whether it was."""
    root = settings.DATA_DIR / data_files.STATIC_ROOT
    stamp = settings.DATA_DIR / data_files.STATIC_FINGERPRINT
    fingerprint = _fingerprint()
    if stamp.exists() and root.exists() and stamp.read_text() == fingerprint:
        return False
    stamp.unlink(missing_ok=True)  # so an interrupted run is repeated
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def _fingerprint() -> str:
    """Return a digest of path, size and modification time of every source file."""
    facts = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = os.stat(storage.path(path))
            facts.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()
