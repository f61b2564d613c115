"""Checks that the server can listen, and when it does; each error says what to do."""

import errno
import os
import socket
import time
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

UNREAD_S: Final = 60


def claim_port() -> socket.socket:
    """Return a socket that reserves address and port for this process and its workers.

    granian's workers would share the port with any program of this user, a second server included.
    This socket never listens, but no other program can bind the port.
    """
    claim = socket.socket(socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET)
    try:
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claim.bind((settings.BIND, settings.PORT))
    except OSError as error:
        claim.close()
        raise ImproperlyConfigured(
            {
                errno.EADDRINUSE: f"Port {settings.PORT} is in use; stop the program that uses it, "
                "or set PORT to another.",
                errno.EACCES: f"This user may not listen on port {settings.PORT}; "
                "set PORT to 1024 or higher.",
            }.get(
                error.errno or 0,
                f"This machine cannot listen on {settings.BIND} ({error.strerror}); "
                "set BIND to one of its addresses.",
            )
        ) from error
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return claim


def wait_until_open() -> None:
    """Return when the port accepts connections: a worker listens only once it has started."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.BIND, settings.BIND)  # noqa: S104  for any
    while True:
        try:
            socket.create_connection((own, settings.PORT), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


def listen_apart(claim: socket.socket) -> None:
    """Replace ``claim`` in this process by a socket of its own, to which new connections come.

    Its connections end if the other side has read nothing for UNREAD_S (tcp(7), Linux only).
    """
    own = socket.socket(claim.family)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_S * 1000)
    own.bind(claim.getsockname())
    os.dup2(own.fileno(), claim.fileno(), inheritable=False)
    own.close()
