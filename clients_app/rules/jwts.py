"""Takes apart a JWT in compact form, strictly; what it says is not verified by that.

Source: RFC 7515 sections 2, 4 and 7.1; RFC 7519 section 7.2; RFC 8725 section 2.
"""

import binascii
import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from clients_app.rules.nesting import DEPTH_MAX, is_flat

JWT_MAX: Final = 16_384  # characters; platforms put lists of groups into theirs
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
_LAST: Final = {1: "", 2: "AQgw", 3: "AEIMQUYcgkosw048"}  # of which all bits mean something
_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")  # the last three are not of base64url
_THUMBPRINT_MEMBERS: Final = {  # RFC 7638 section 3.2, RFC 8037 section 2
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}


class Malformed(ValueError):
    """The text is no JWT with a signature."""


class Jwt(NamedTuple):
    """The parts of a JWT. ``signed`` is what ``signature`` is about."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def parse_jwt(text: str) -> Jwt:
    """Return the parts of ``text``.

    Errors: Malformed, also for a member that comes twice: two readers could see two values.
    """
    if len(text) > JWT_MAX or not _COMPACT.fullmatch(text):
        raise Malformed("not three parts in base64url")
    signed, _, signature = text.rpartition(".")
    header, _, claims = signed.partition(".")
    parts = (_header(header), _object(claims))
    return Jwt(*parts, signed.encode(), from_base64url(signature))


def from_base64url(text: str) -> bytes:
    """Return the bytes of ``text``, which has no padding (RFC 7515 section 2). Errors: Malformed.

    A text of which the last bits mean nothing is one of several for the same bytes, and refused.
    """
    extra = len(text) % 4
    if extra and text[-1] not in _LAST[extra]:
        raise Malformed("not base64url")
    try:
        padded = text.encode().translate(_STANDARD) + b"=" * (-len(text) % 4)
        return binascii.a2b_base64(padded, strict_mode=True)
    except ValueError as error:
        raise Malformed("not base64url") from error


def to_base64url(content: bytes) -> str:
    """Return ``content`` in base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def public_members(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a public key that make it up. Errors: KeyError, TypeError."""
    return {name: jwk[name] for name in _THUMBPRINT_MEMBERS[jwk["kty"]]}


def thumbprint_of(jwk: Mapping[str, Any]) -> str:
    """Return the thumbprint of a public key (RFC 7638). Errors: KeyError, TypeError."""
    content = json.dumps(public_members(jwk), sort_keys=True, separators=(",", ":"))
    return to_base64url(hashlib.sha256(content.encode()).digest())


@lru_cache(maxsize=256)  # a client's is always the same
def _header(part: str) -> Mapping[str, Any]:
    return _object(part)


def _object(part: str) -> dict[str, Any]:
    try:
        text = from_base64url(part).decode()
        found = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise Malformed("not JSON") from error
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    if text.count("[") + text.count("{") > DEPTH_MAX and not is_flat(found):
        raise Malformed("nested too deeply")
    return found


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a member comes twice")
    return found


def _refuse(constant: str) -> None:
    raise Malformed(f"{constant} is not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_without_repetition, parse_constant=_refuse)
