"""Posts to addresses that a tenant's administrator chose, without reaching into our own network.

https alone, no redirect followed, and connected to the very address that was looked at after the
name was resolved; private and local ones are refused. What the operator has listed in
OUTGOING_ALLOWED_HOSTS is reached wherever it is, by http too (DEP-3).
"""

import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import ANSWER_MAX, URL_MAX
from clients_app.rules.webhook_urls import without_path
from clients_app.services.notices.channel import NotSent

TIMEOUT_S: Final = 5.0  # for each step
LONGEST_S: Final = 15.0  # for the whole, however slowly the other side answers
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_OUR_OWN: Final = (  # what ``is_global`` takes for public
    ipaddress.ip_network("64:ff9b:1::/48"),  # local-use NAT64, RFC 8215
    ipaddress.ip_network("fec0::/10"),  # site-local, RFC 3879
    ipaddress.ip_network("::/96"),  # an IPv4 address in the form of RFC 4291 section 2.5.5.1
)


class Answered(NamedTuple):
    status: int
    start: str  # of the body, without what it repeats of the address


def check_url(url: str) -> str:
    """Return ``url`` if posts may be sent to it, as far as can be said without resolving its name.

    Errors: RuleBroken (field url).
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
            gettext_noop("Enter an address such as https://hooks.example.com/portal."), field="url"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_allowed(str(host))):
        raise RuleBroken(gettext_noop("Enter an address that begins with https://."), field="url")
    return url


def post(url: str, body: bytes, headers: dict[str, str]) -> Answered:
    """Post ``body`` and return the answer, whose status is from 200 to 299.

    Errors: NotSent for any other answer, for none, and for an address that may not be reached.
    """
    try:
        parts = urlsplit(check_url(url))
    except RuleBroken as error:
        raise NotSent(str(error), for_good=True) from error
    connection = _connection(parts, _permitted_address(parts))
    guard = threading.Timer(LONGEST_S, _cut, [connection])
    guard.start()
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("POST", path, body, {"Host": parts.netloc, **headers})
        answer = _read(connection.getresponse(), url)
    except (OSError, HTTPException) as error:
        said = without_path(_said(error).encode(), url).decode()
        raise NotSent(said) from error
    finally:
        guard.cancel()
        connection.close()
    if not 200 <= answer.status < 300:
        text = f"HTTP {answer.status} {answer.start}"
        raise NotSent(text, for_good=answer.status == 410)
    return answer


def _read(response: HTTPResponse, url: str) -> Answered:
    body = response.read(ANSWER_MAX + URL_MAX)  # so that nothing to be left out is cut in two
    start = without_path(body, url)[:ANSWER_MAX]
    return Answered(response.status, start.decode("utf-8", "replace"))


def _connection(parts: SplitResult, address: str) -> HTTPConnection:
    """Return a connection to ``address`` that presents itself with the name in the URL."""
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    connection: HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    else:
        connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
    connection._create_connection = (  # type: ignore[attr-defined]  # as urllib3 does by subclass
        lambda _, timeout, source: socket.create_connection((address, port), timeout, source)
    )
    return connection


def _permitted_address(parts: SplitResult) -> str:
    """Return an address that the name resolves to now; all of them must be permitted.

    Errors: NotSent.
    """
    host = str(parts.hostname)
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: an empty or too long part
        raise NotSent(f"The name {host} cannot be resolved.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not (_is_allowed(host) or _is_allowed(address) or _is_public(address)):
            raise NotSent(
                f"{host} leads to {address}, which is not public. Whoever runs this server can "
                "allow it with OUTGOING_ALLOWED_HOSTS."
            )
    return addresses[0]


def _is_public(address: str) -> bool:
    """Tell whether an address is of the internet, also where it carries an IPv4 address inside."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if any(ip in network for network in _OUR_OWN):
        return False
    carried = [getattr(ip, "ipv4_mapped", None), getattr(ip, "sixtofour", None)]
    if ip in _NAT64:
        carried.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return all(one.is_global and not one.is_multicast for one in (ip, *filter(None, carried)))


def _is_allowed(host: str) -> bool:
    """Tell whether the operator has listed this host, or a network that this address is in."""
    allowed = settings.OUTGOING_ALLOWED_HOSTS
    if host.lower() in {one.lower() for one in allowed}:
        return True
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(ip in network for network in map(_network, allowed) if network is not None)


def _network(word: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(word, strict=False)
    except ValueError:
        return None


def _cut(connection: HTTPConnection) -> None:
    with suppress(OSError):  # closed meanwhile
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not trusted: {error.verify_message}."
    if isinstance(error, TimeoutError):
        return "No answer in time."
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
