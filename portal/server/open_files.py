"""How many connections each worker may have: as CONNECTIONS says, if it may open so many files."""

import logging
import resource
from math import ceil
from typing import Final

from django.conf import settings

OTHER_FILES: Final = 256  # of a worker: libraries, databases, logs, and TLS handshakes

log = logging.getLogger("clients_app.server")


def connections_per_worker() -> int:
    """Raise this process's limit of open files as far as it may; return each worker's connections.

    More connections than that wait until one of them ends. Without a limit, a worker that is out of
    files would try to accept one again and again.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ceil(settings.CONNECTIONS / settings.WORKERS)
    needed = wanted + OTHER_FILES
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft < needed:
        log.warning(
            "Each of the %d workers may have %d connections, fewer than CONNECTIONS=%d asks for: "
            "raise the limit of open files (ulimit -Hn) from %d to %d, or set CONNECTIONS to %d.",
            *(settings.WORKERS, soft - OTHER_FILES, settings.CONNECTIONS, soft, needed),
            (soft - OTHER_FILES) * settings.WORKERS,
        )
    return max(1, min(wanted, soft - OTHER_FILES))
