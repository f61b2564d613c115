"""Builds the environ of a request (PEP 3333) from what granian's event loop knows of it."""

import io
import sys
from functools import lru_cache
from typing import Any, Final

from clients_app.rules.peer_addresses import canonical

#: of every request; the body is complete before a thread gets it
_SAME: Final = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
_WITHOUT_PREFIX: Final = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def environ_of(scope: Any, body: bytes, *, file_wrapper: type) -> dict[str, Any]:
    """Return the environ of ``scope`` (an RSGI scope) and the body that followed it.

    A header that is sent again is joined to the first. A header with ``_`` in its name is left out:
    it would look like the one with ``-``, which a proxy may have set or removed (DEP-16).
    """
    headers = scope.headers
    environ: dict[str, Any] = {
        **_SAME,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _as_latin_1(scope.path),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.file_wrapper": file_wrapper,
    }
    environ["SERVER_NAME"], environ["SERVER_PORT"] = _host_and_port(scope.server)
    environ["REMOTE_ADDR"] = canonical(scope.client.rpartition(":")[0])
    pairs = headers.items()  # without values that are not ASCII
    for name, value in pairs:
        if variable := _variable(name):
            if variable in environ:
                separator = "; " if variable == "HTTP_COOKIE" else ","
                environ[variable] += separator + value
            else:
                environ[variable] = value
    if len(headers) != len(pairs):
        _add_empty(environ, headers)
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:  # its length is known now
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _add_empty(environ: dict[str, Any], headers: Any) -> None:
    """Add the headers of which no value is ASCII, so that none of them counts as missing."""
    names: list[str] = headers.keys()
    for name in names:
        if variable := _variable(name):
            environ.setdefault(variable, "")


def body_length(headers: Any) -> int | None:
    """Return the length of the body that follows the headers; None if only its end will tell.

    granian refuses lengths that are no numbers. Source: RFC 9112 section 6.3.
    """
    return None if "transfer-encoding" in headers else int(headers.get("content-length", 0))


@lru_cache(maxsize=1024)
def _variable(name: str) -> str:
    """Return the name of a header's variable; "" for a header that is left out."""
    if "_" in name:
        return ""
    return _WITHOUT_PREFIX.get(name) or f"HTTP_{name.upper().replace('-', '_')}"


@lru_cache(maxsize=64)
def _host_and_port(address: str) -> tuple[str, str]:
    host, _, port = address.rpartition(":")
    return canonical(host), port


def _as_latin_1(path: str) -> str:
    return path if path.isascii() else path.encode().decode("latin-1")
