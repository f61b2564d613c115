"""HTTP requests and responses as plain values, and how a request is read from WSGI."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from clients_app import conf
from clients_app.http.scheme import fault_of_proxy, is_https
from clients_app.rules.peer_addresses import peer_address

BODY_MAX: Final = 65_536  # bytes
HEADERS_MAX: Final = 16_384  # bytes, names included
_OTHER_HEADERS: Final = ("CONTENT_TYPE", "CONTENT_LENGTH")  # the rest begins with HTTP_


class Request(NamedTuple):
    """What an endpoint reads of a request; nothing is decoded yet."""

    method: str
    query: str = ""
    headers: Mapping[str, str] = MappingProxyType({})  # by their names in lower case
    body: bytes = b""  # a longer one is cut one byte over BODY_MAX
    peer: str = ""  # the address that opened the connection, of the client or of a proxy
    address: str = ""  # of the client
    is_secure: bool = False
    fault: str = ""  # of the proxy, for the log

    @property
    def authorization(self) -> str | None:
        return self.headers.get("authorization")

    @property
    def headers_size(self) -> int:
        """The characters of all headers, with their names."""
        return sum(map(len, self.headers)) + sum(map(len, self.headers.values()))


class Response(NamedTuple):
    """The response of an endpoint."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request_from(environ: Mapping[str, Any]) -> Request:
    """Return the request in a WSGI environ (PEP 3333)."""
    remote = environ.get("REMOTE_ADDR", "")
    proxies = conf.trusted_proxies()
    method, is_secure = environ["REQUEST_METHOD"], is_https(environ)
    return Request(
        method=method,
        query=environ.get("QUERY_STRING", ""),
        headers=_headers(environ),
        body=_body(environ) if method == "POST" else b"",
        peer=remote,
        address=peer_address(remote, environ.get("HTTP_X_FORWARDED_FOR", ""), proxies),
        is_secure=is_secure,
        fault="" if is_secure else fault_of_proxy(environ),
    )


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {name[5:]: value for name, value in environ.items() if name[:5] == "HTTP_"}
    headers |= {name: environ[name] for name in _OTHER_HEADERS if name in environ}
    return {name.lower().replace("_", "-"): value for name, value in headers.items()}


def _body(environ: Mapping[str, Any]) -> bytes:
    """Return the body, read up to one byte over the limit, with or without a length (chunked)."""
    length = environ.get("CONTENT_LENGTH", "")
    if length.isdecimal():
        wanted = min(int(length), BODY_MAX + 1)
    elif environ.get("wsgi.input_terminated"):
        wanted = BODY_MAX + 1
    else:
        return b""
    stream, body = environ["wsgi.input"], b""
    while len(body) < wanted and (piece := stream.read(wanted - len(body))):
        body += piece
    return body
