"""Authenticates a client by its secret, in HTTP Basic or in the body.

Source: RFC 6749 section 2.3.1; RFC 7617; TOK-A2 to TOK-A8.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from clients_app.oauth.client_query import AuthenticatedClient, read_client
from clients_app.oauth.errors import invalid_client, invalid_request
from clients_app.oauth.params import form_decoded
from clients_app.oauth.plain_http import Request
from clients_app.rules.client_ids import parse_client_id
from clients_app.services.secrets.verification import could_be_secret, matching_secret
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage.refused_requests import count_refused_secret, count_unproved_request

#: credentials that mean the same before and after they are decoded
_USUAL: Final = re.compile(rb"([0-9A-Za-z-]+):([0-9A-Za-z_]+)")


def has_header(request: Request, params: Mapping[str, str]) -> bool:
    """Return whether the request has an Authorization header, of any scheme."""
    return request.authorization is not None


def by_header(request: Request, params: Mapping[str, str], now: datetime) -> AuthenticatedClient:
    """Return the client whose id and secret are in the Authorization header."""
    id_text, plain = from_header(request.authorization or "")
    named = params.get("client_id")
    if named and named.lower() != id_text.lower():
        raise invalid_request("The client_id of the body is not that of the Authorization header.")
    return _by_secret(id_text, plain, address=request.address, now=now)


def has_secret(request: Request, params: Mapping[str, str]) -> bool:
    """Return whether the body has a secret."""
    return bool(params.get("client_secret"))


def by_body(request: Request, params: Mapping[str, str], now: datetime) -> AuthenticatedClient:
    """Return the client whose id and secret are in the body."""
    return _by_secret(*from_body(params), address=request.address, now=now)


def _by_secret(id_text: str, plain: str, *, address: str, now: datetime) -> AuthenticatedClient:
    """Return the client ``id_text`` if ``plain`` is one of its live secrets.

    Errors: OAuthError invalid_client; Busy.
    """
    client_id = parse_client_id(id_text)
    if client_id is None:
        raise invalid_client("the client id is not a GUID", counts=True)
    if not could_be_secret(plain):
        count_unproved_request(client_id, "unknown_secret", address=address, now=now)
        raise invalid_client(
            "the secret has a wrong form or checksum", client_id=str(client_id), counts=True
        )
    client = read_client(client_id, now=now)
    secret_id = matching_secret(plain, client_id=client_id, rows=client.secrets)
    if secret_id is None:
        count_refused_secret(client_id, plain, is_known=client.is_known, address=address, now=now)
        raise invalid_client("no live secret fits", client_id=str(client_id), counts=True)
    return AuthenticatedClient(client, Credential.of_secret(secret_id))


def from_header(authorization: str) -> tuple[str, str]:
    """Return the client id and secret of a Basic header, form-decoded.

    Errors: OAuthError invalid_request; invalid_client for another scheme or no secret.
    """
    if usual := _usual(authorization):
        return usual
    scheme, _, encoded = authorization.partition(" ")
    if "," in encoded:  # two headers arrive joined by a comma; base64 has none
        raise invalid_request("Send one Authorization header with one pair of credentials.")
    if not scheme:
        raise invalid_request("The Authorization header is empty.")
    if scheme.lower() != "basic":
        raise invalid_client("the scheme is not Basic")
    try:
        decoded = base64.b64decode(encoded.strip(" "), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid_request("The Basic credentials are not base64 of UTF-8 text.") from error
    id_text, colon, plain = decoded.partition(":")
    if not colon or not id_text:
        raise invalid_request("The Basic credentials are not a client id, a colon and a secret.")
    if not plain:
        raise invalid_client("Basic without a secret")
    return _printable(form_decoded(id_text)), _printable(form_decoded(plain))


def _usual(authorization: str) -> tuple[str, str] | None:
    """Return what ``from_header`` does where there is nothing to check or to decode."""
    if authorization[:6] != "Basic ":
        return None
    try:
        pair = _USUAL.fullmatch(binascii.a2b_base64(authorization[6:], strict_mode=True))
    except (binascii.Error, ValueError):
        return None
    return (pair[1].decode(), pair[2].decode()) if pair else None


def from_body(params: Mapping[str, str]) -> tuple[str, str]:
    """Return the client id and secret of the body.

    Errors: OAuthError invalid_request; invalid_client where one of them is missing.
    """
    id_text, plain = params.get("client_id"), params.get("client_secret")
    if not id_text or not plain:
        raise invalid_client("no client authentication")
    return _printable(id_text), _printable(plain)


def _printable(text: str) -> str:
    """Return ``text`` if ids and secrets may have its characters (RFC 6749 appendix A)."""
    if not text.isascii() or not text.isprintable():
        raise invalid_request("A client id or secret has invalid characters.")
    return text
