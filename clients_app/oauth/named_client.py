"""What a request names, for the log and the counts: client and grant. Nothing proves it.

Source: TOK-7.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_plus

from clients_app.oauth.plain_http import Request
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.client_types import CLIENT_TYPES

#: in a form, or in what was sent instead of one: JSON, multipart, XML
_CLIENT_ID: Final = re.compile(r"\bclient_id\W{1,8}([0-9a-fA-F-]{36})(?![\w-])", re.ASCII)

_GRANT_TYPE: Final = re.compile(rb"(?:^|&)grant_type=([^&]{0,100})")
OTHER: Final = "other"


def named_client_id(request: Request) -> str:
    """Return the only well-formed Client Id in the request; empty if there is none, or several."""
    found = {parse_client_id(text) for text in _ids(request)} - {None}
    return str(found.pop()) if len(found) == 1 else ""


def named_grant_type(request: Request) -> str:
    """Return the first grant_type in the request, if it is one that the portal knows."""
    found = _GRANT_TYPE.search(request.body)
    if found is None:
        return ""
    name = unquote_plus(found[1].decode("latin-1"))
    return name if any(name in kind.grants for kind in CLIENT_TYPES.values()) else OTHER


def _ids(request: Request) -> Iterator[str]:
    scheme, _, encoded = (request.authorization or "").partition(" ")
    if scheme.lower() == "basic":
        yield _id_in_basic(encoded)
    for text in (request.body.decode("latin-1"), request.query):
        yield from _CLIENT_ID.findall(unquote_plus(text))


def _id_in_basic(encoded: str) -> str:
    try:
        decoded = base64.b64decode(encoded.strip(" ")).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""
    return unquote_plus(decoded.partition(":")[0])
