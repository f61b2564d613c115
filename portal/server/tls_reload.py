"""Takes up renewed TLS files: at SIGHUP, and when they change on disk.

New workers start with the new files; then the old ones finish their requests and exit.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from cryptography.x509 import load_pem_x509_certificates
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from granian.constants import SSLProtocols

from portal.server.draining import drain_before_exit
from portal.server.tls_files import check_tls

OLDEST: Final = SSLProtocols.tls12
CHECK_EVERY_S: Final = 2.0
OVERLAP_S: Final = 1.0  # from the start of a new worker to the end of the one that it replaces

_held: Final[list[int]] = []

log = logging.getLogger("clients_app.server")


def _hold(server: Any) -> None:
    """Let workers start with the files as they are now, whatever is written to them later.

    A worker that starts while only one of the two is written would fail, and end the server.
    Linux only.
    """
    if settings.TLS_FILES is None or not hasattr(os, "memfd_create"):
        return
    names = [os.memfd_create(path.name) for path in settings.TLS_FILES]
    for number, path in zip(names, settings.TLS_FILES, strict=True):
        os.write(number, path.read_bytes())
    for number in _held:
        os.close(number)
    _held[:] = names
    paths = (f"/proc/self/fd/{number}" for number in names)  # a worker inherits them
    server.ssl_ctx = (server.ssl_ctx[0], *paths, *server.ssl_ctx[3:])


def _reload(server: Any, *, grace_s: float) -> None:
    """Replace the workers by others with the files as they are now; files that do not fit stay out.

    ``grace_s`` is the time that a worker has to finish its requests.
    """
    if settings.TLS_FILES is None:
        log.info("There are no TLS files to reload.")
        return
    certificate, key = settings.TLS_FILES
    try:
        check_tls()
        end = load_pem_x509_certificates(certificate.read_bytes())[0].not_valid_after_utc
    except (ImproperlyConfigured, OSError, ValueError) as error:
        log.error("The TLS files are not reloaded; the former ones stay in use. %s", error)
        return
    server.build_ssl_context(certificate, key, None, OLDEST, None, [], False)
    _hold(server)
    server.workers_kill_timeout = grace_s
    for worker in list(server.wrks):
        drain_before_exit(worker)
    server.signal_handler_reload()
    log.info(
        "The TLS files are reloaded. The certificate is valid until %s UTC.",
        f"{end:%Y-%m-%d %H:%M:%S}",
        extra={"event": "server.tls.reloaded"},
    )


def ends_with_terminal() -> bool:
    """Return whether SIGHUP may mean that the terminal is closed; call it before ``follow``."""
    is_kept = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # by nohup
    return not is_kept and _is_terminal_open()


def follow(
    server: Any,
    stop: Callable[[], object],
    stopped: threading.Event,
    *,
    grace_s: float,
    has_terminal: bool,
) -> None:
    """Reload the files at SIGHUP, and whenever they change, until ``stopped``.

    If the process ``has_terminal``, SIGHUP because that has closed calls ``stop``.
    """
    _hold(server)
    reload_now = partial(_reload, server, grace_s=grace_s)

    def hang_up(*_: object) -> None:  # in a thread: a signal handler must not wait for a lock
        if has_terminal and not _is_terminal_open():
            stop()
        else:
            threading.Thread(target=reload_now, daemon=True).start()

    signal.signal(signal.SIGHUP, hang_up)
    if settings.TLS_FILES is not None:
        threading.Thread(target=_watch, args=(reload_now, stopped), daemon=True).start()


def _watch(reload_now: Callable[[], object], stopped: threading.Event) -> None:
    served = seen = _state()
    while not stopped.wait(CHECK_EVERY_S):
        before, seen = seen, _state()
        if seen != served and seen == before:  # both files are written
            served = seen
            reload_now()


def _is_terminal_open() -> bool:
    """Return whether this process has a controlling terminal that has not hung up."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _state() -> list[tuple[int, ...]]:
    """Return what changes when a file is written or replaced; links are followed."""
    found: list[tuple[int, ...]] = []
    for path in settings.TLS_FILES or ():
        try:
            status = os.stat(path)
        except OSError:  # between removal and replacement
            found.append((0,))
        else:
            found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return found
