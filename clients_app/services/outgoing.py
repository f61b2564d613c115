"""Requests to addresses that people of a tenant chose, without reaching into our own network.

Only https, no redirects, and the connection goes to the very address that was checked after the
name was resolved; private and local addresses are refused. What the operator has listed in
OUTGOING_ALLOWED_HOSTS is reached wherever it is, by http too (DEP-3).
"""

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from ipaddress import IPv4Address, ip_address, ip_network
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import URL_MAX

TIMEOUT_S: Final = 5.0  # for each step
LONGEST_S: Final = 15.0  # for the whole exchange, however slowly the other side answers
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_NAT64: Final = ip_network("64:ff9b::/96")  # RFC 6052
_NOT_PUBLIC: Final = (  # although ``is_global``
    ip_network("64:ff9b:1::/48"),  # local-use NAT64, RFC 8215
    ip_network("fec0::/10"),  # site-local, RFC 3879
    ip_network("::/96"),  # an IPv4 address in the form of RFC 4291 section 2.5.5.1
)


class NotReached(Exception):
    """There is no answer; ``is_final`` is True if another try would change nothing."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Answer(NamedTuple):
    """An answer of any status; a redirect is one too."""

    status: int
    headers: HTTPMessage
    body: bytes


def check_url(url: str, *, field: str = "url") -> str:
    """Return ``url``, stripped, if requests may go to it; its name is not resolved yet.

    Errors: RuleBroken with ``field``.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    usable = host and url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_MAX
    if not usable or parts.username is not None or parts.fragment or parts.port == 0:
        raise RuleBroken(
            gettext_noop("Enter an address such as https://www.example.com/portal."), field=field
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_allowed(str(host))):
        raise RuleBroken(gettext_noop("Enter an address that begins with https://."), field=field)
    return url


def exchange(
    method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] = _NONE, read_max: int
) -> Answer:
    """Send a request; return the answer with at most ``read_max`` bytes of its body.

    Errors: NotReached for no answer, and for an address that may not be reached.
    """
    try:
        parts = urlsplit(check_url(url))
    except RuleBroken as error:
        raise NotReached(str(error), is_final=True) from error
    connection = _connection(parts)
    guard = threading.Timer(LONGEST_S, _cut, [connection])
    guard.start()
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request(method, path, body or None, {"Host": parts.netloc, **headers})
        with connection.getresponse() as response:
            content = bytearray(read_max)  # read() takes all that comes for a chunk of -1 bytes
            length = response.readinto(content)
            return Answer(response.status, response.headers, bytes(content[:length]))
    except (OSError, HTTPException) as error:
        raise NotReached(_described(error)) from error
    finally:
        guard.cancel()
        connection.close()


def check_reachable(url: str) -> None:
    """Return if ``post`` would connect to ``url``; nothing is sent.

    Errors: NotReached.
    """
    try:
        parts = urlsplit(check_url(url))
    except RuleBroken as error:
        raise NotReached(str(error), is_final=True) from error
    _connection(parts).close()


def _connection(parts: SplitResult) -> HTTPConnection:
    """Return a connection to an address that was checked, for the host name in the URL."""
    host, is_https = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if is_https else 80)
    address = _permitted_address(host, port)
    connection = (
        HTTPSConnection(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        if is_https
        else HTTPConnection(host, port, timeout=TIMEOUT_S)
    )
    connection._create_connection = (  # type: ignore[attr-defined]  # as urllib3 does by subclass
        lambda _, timeout, source: socket.create_connection((address, port), timeout, source)
    )
    return connection


def _permitted_address(host: str, port: int) -> str:
    """Return an address that the name resolves to now; all of them must be permitted.

    Errors: NotReached, in the same words for a name of our own network and one that does not exist:
    nobody finds out our names by trying.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # UnicodeError: an empty or too long part
        found = []
    addresses = [str(entry[4][0]) for entry in found]
    if addresses and all(
        _is_allowed(host) or _is_allowed(address) or _is_public(address) for address in addresses
    ):
        return addresses[0]
    if _is_allowed(host):
        raise NotReached(f"The name {host} cannot be resolved.")
    raise NotReached(
        f"{host} is not public or cannot be resolved. The operator of this server can allow an "
        "internal host with OUTGOING_ALLOWED_HOSTS."
    )


def _is_public(address: str) -> bool:
    """Return whether an address, and any IPv4 address embedded in it, is on the internet."""
    ip = ip_address(address.partition("%")[0])
    embedded = [getattr(ip, "ipv4_mapped", None), getattr(ip, "sixtofour", None)]
    if ip in _NAT64:
        embedded.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return not any(ip in network for network in _NOT_PUBLIC) and all(
        one.is_global and not one.is_multicast for one in (ip, *filter(None, embedded))
    )


def _is_allowed(host: str) -> bool:
    """Return whether the operator has listed this host, or a network with this address."""
    allowed = [entry.lower() for entry in settings.OUTGOING_ALLOWED_HOSTS]
    return host.lower() in allowed or any(_contains(entry, host) for entry in allowed)


def _contains(network: str, address: str) -> bool:
    with suppress(ValueError):  # one of them is a name
        return ip_address(address) in ip_network(network, strict=False)
    return False


def _cut(connection: HTTPConnection) -> None:
    with suppress(OSError):  # closed by now
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)


def _described(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not trusted: {error.verify_message}."
    if isinstance(error, TimeoutError):
        return "No answer in time."
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
