"""Where the server listens, and whether it can: each refusal says what to do."""

import errno
import socket
import ssl
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def claim_port() -> socket.socket:
    """Return a socket that holds address and port for this process and its workers.

    granian's workers share a port with whoever asks, a second server of this user included; this
    socket never listens, but lets nobody else have the port.
    """
    family = socket.AF_INET6 if ip_address(settings.BIND).version == 6 else socket.AF_INET
    claim = socket.socket(family)
    try:
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claim.bind((settings.BIND, settings.PORT))
    except OSError as error:
        claim.close()
        raise ImproperlyConfigured(_unusable(error)) from error
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return claim


def _unusable(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {settings.PORT} is taken; stop the program that uses it, "
                "or set PORT to another."
            )
        case errno.EACCES:
            return f"This user may not listen on port {settings.PORT}; set PORT to one from 1024."
        case _:
            return (
                f"This machine cannot listen on {settings.BIND} ({error.strerror}); "
                "set BIND to one of its addresses."
            )


def check_tls() -> None:
    """Refuse a certificate and a key that cannot be used together."""
    if settings.TLS_FILES is None:
        return
    certificate, key = settings.TLS_FILES
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError) as error:
        raise ImproperlyConfigured(
            f"TLS_CERT {certificate} and TLS_KEY {key} cannot be used together; set them to a "
            "certificate and its key, both in PEM, the key without a password."
        ) from error
