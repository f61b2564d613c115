"""Where the server listens, and whether it can: each refusal says what to do."""

import errno
import socket
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Listener(NamedTuple):
    """Where the server listens; ``tls_files`` are the certificate and its key, both in PEM."""

    address: str
    port: int
    workers: int
    tls_files: tuple[Path, Path] | None


def listener() -> Listener:
    """Return where the server listens, and with how many workers."""
    return Listener(settings.BIND, settings.PORT, settings.WORKERS, settings.TLS_FILES)


def claim_port(listener: Listener) -> socket.socket:
    """Return a socket that holds address and port for this process and its workers.

    granian's workers share a port with whoever asks, a second server of this user included; this
    socket never listens, but lets nobody else have the port.
    """
    family = socket.AF_INET6 if ip_address(listener.address).version == 6 else socket.AF_INET
    claim = socket.socket(family)
    try:
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claim.bind((listener.address, listener.port))
    except OSError as error:
        claim.close()
        raise ImproperlyConfigured(_unusable(listener, error)) from error
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return claim


def _unusable(listener: Listener, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {listener.port} is taken; stop the program that uses it, "
                "or set PORT to another."
            )
        case errno.EACCES:
            return f"This user may not listen on port {listener.port}; set PORT to one from 1024."
        case _:
            return (
                f"This machine cannot listen on {listener.address} ({error.strerror}); "
                "set BIND to one of its addresses."
            )


def check_tls(listener: Listener) -> None:
    """Refuse a certificate and a key that cannot be used together."""
    if listener.tls_files is None:
        return
    certificate, key = listener.tls_files
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError) as error:
        raise ImproperlyConfigured(
            f"TLS_CERT {certificate} and TLS_KEY {key} cannot be used together; set them to a "
            "certificate and its key, both in PEM, the key without a password."
        ) from error
