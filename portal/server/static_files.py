"""Collects the static files if one of them has changed, and answers for those of other versions.

While nodes are upgraded one after the other, a page of one version asks a node of another for its
style. Files of the former version stay for a day. For other names, the present file is sent.
"""

import hashlib
import mimetypes
import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.management.commands.collectstatic import Command as Collect
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clients_app import data_files
from portal.server import font, static_storage
from portal.server.static_storage import PortalStorage

KEPT_S: Final = 24 * 3600  # of the former version
_MANIFEST: Final = PortalStorage.manifest_name
_HASHED: Final = re.compile(r"(?P<stem>.+)\.[0-9a-f]{12}(?P<suffix>\.\w+)")


def collect_changed_static_files() -> bool:
    """Run collectstatic if needed; return whether it was."""
    root = settings.DATA_DIR / data_files.STATIC_ROOT
    stamp = settings.DATA_DIR / data_files.STATIC_FINGERPRINT
    fingerprint = _fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint and _files_of(root / _MANIFEST):
        return False
    stamp.unlink(missing_ok=True)  # so an interrupted run is repeated
    with tempfile.TemporaryDirectory(prefix="static-", dir=settings.DATA_DIR) as folder:
        command = Collect()
        command.storage = PortalStorage(location=folder)
        call_command(command, interactive=False, verbosity=0)
        _publish(Path(folder), root)
    stamp.write_text(fingerprint)
    return True


def _publish(new: Path, root: Path) -> None:
    """Move the files to ``root``, the manifest last; remove what was replaced a day ago."""
    root.mkdir(exist_ok=True)
    names = {file.relative_to(new) for file in new.rglob("*") if file.is_file()}
    former = _files_of(root / _MANIFEST)
    for file in [file for file in root.rglob("*") if file.is_file()]:
        name = file.relative_to(root)
        if name in names:
            continue
        if str(name).removesuffix(".gz").removesuffix(".br") in former:
            os.utime(file)  # it is a former one from now on
        elif file.stat().st_mtime < time.time() - KEPT_S:
            file.unlink()
    for name in sorted(names, key=lambda name: name == Path(_MANIFEST)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).replace(root / name)


def _files_of(manifest: Path) -> set[str]:
    """Return the names of the files in a manifest; none if it cannot be read."""
    try:
        storage = PortalStorage(location=manifest.parent)
    except ValueError:  # the machine stopped before it was on disk
        return set()
    return set(storage.hashed_files) | set(storage.hashed_files.values())


@require_safe
def static_of_another_version(request: HttpRequest, name: str) -> HttpResponse:
    """Send the present file of that name; the name of the version is in the way of caches."""
    found = _HASHED.fullmatch(name)
    present = f"{found['stem']}{found['suffix']}" if found else ""
    storage: Any = staticfiles_storage  # the stubs do not know ours
    if present not in storage.hashed_files:
        raise Http404
    with storage.open(storage.hashed_files[present]) as file:
        kind, _encoding = mimetypes.guess_type(present)
        response = HttpResponse(file.read(), content_type=kind or "application/octet-stream")
    response["Cache-Control"] = "no-store"
    return response


def _fingerprint() -> str:
    """Return a digest of path, size and modification time of every source file."""
    found = [storage.path(path) for finder in get_finders() for path, storage in finder.list([])]
    facts = []
    for path in (*found, font.SOURCE, font.__file__, static_storage.__file__):
        status = os.stat(path)
        facts.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()
