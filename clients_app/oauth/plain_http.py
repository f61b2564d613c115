"""HTTP requests and responses as plain values, and how a request is read from WSGI."""

from collections.abc import Mapping
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
    content_type: str = ""
    content_encoding: str = ""
    authorization: str | None = None
    body: bytes = b""  # a longer one is cut one byte over BODY_MAX
    headers_size: int = 0
    address: str = ""
    is_secure: bool = False
    fault: str = ""  # of the proxy, for the log


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
        content_type=environ.get("CONTENT_TYPE", ""),
        content_encoding=environ.get("HTTP_CONTENT_ENCODING", ""),
        authorization=environ.get("HTTP_AUTHORIZATION"),
        body=_body(environ) if method == "POST" else b"",
        headers_size=_headers_size(environ),
        address=peer_address(remote, environ.get("HTTP_X_FORWARDED_FOR", ""), proxies),
        is_secure=is_secure,
        fault="" if is_secure else fault_of_proxy(environ),
    )


def _headers_size(environ: Mapping[str, Any]) -> int:
    sizes = [len(name) - 5 + len(value) for name, value in environ.items() if name[:5] == "HTTP_"]
    others = [(name, environ[name]) for name in _OTHER_HEADERS if name in environ]
    return sum(sizes) + sum(len(name) + len(value) for name, value in others)


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
