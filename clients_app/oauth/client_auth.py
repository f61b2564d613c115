"""Which client speaks: by HTTP Basic, or by client_id and client_secret in the body.

Source: RFC 6749 section 2.3.1; RFC 7617; Table A, rows 2 to 8.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from clients_app.oauth.client_row import ClientRow, read_client
from clients_app.oauth.errors import invalid_client, invalid_request
from clients_app.oauth.params import form_decoded
from clients_app.rules.client_ids import parse_client_id
from clients_app.services.secrets.verification import could_be_secret, matching_secret
from clients_app.services.usage.rejected_requests import count_refused_secret

METHODS: Final = ("client_secret_basic", "client_secret_post")


class Authenticated(NamedTuple):
    """The client that speaks, as its rows are now, and the secret that proved it."""

    client: ClientRow
    secret_id: int


def authenticate(
    authorization: str | None, params: Mapping[str, str], *, address: str, now: datetime
) -> Authenticated:
    """Return the client whose id and live secret were sent from ``address``.

    Errors: OAuthError invalid_request for malformed or contradictory credentials, invalid_client
    for all others, alike; Busy from the gate.
    """
    id_text, plain = credentials_of(authorization, params)
    client_id = parse_client_id(id_text)
    if client_id is None:
        raise invalid_client("the client id is no GUID", counts=True)
    if not could_be_secret(plain):
        raise invalid_client(
            "the secret has a wrong form or checksum", client_id=str(client_id), counts=True
        )
    client = read_client(client_id, now=now)
    secret_id = matching_secret(plain, client_id=client_id, rows=client.secrets)
    if secret_id is None:
        count_refused_secret(client_id, plain, is_known=client.is_known, address=address, now=now)
        raise invalid_client("no live secret fits", client_id=str(client_id), counts=True)
    return Authenticated(client, secret_id)


def credentials_of(authorization: str | None, params: Mapping[str, str]) -> tuple[str, str]:
    """Return client id and secret, sent in exactly one way."""
    id_text, plain = params.get("client_id", ""), params.get("client_secret", "")
    asserted = params.get("client_assertion") or params.get("client_assertion_type")
    if authorization is None:
        if asserted and plain:
            raise invalid_request("Authenticate the client in one way, not in two.")
        if asserted:
            raise invalid_client("client assertions are not offered")
        if not id_text or not plain:
            raise invalid_client("no client authentication")
        return _printable(id_text), _printable(plain)
    basic_id, basic_plain = _from_basic(authorization)
    if plain or asserted:
        raise invalid_request("Authenticate the client in one way, not in two.")
    if id_text and id_text.lower() != basic_id.lower():
        raise invalid_request("The client_id of the body is not that of the Authorization header.")
    if not basic_plain:
        raise invalid_client("Basic without a secret")
    return basic_id, basic_plain


def _from_basic(authorization: str) -> tuple[str, str]:
    """Return the two halves of a Basic header, each form-decoded."""
    scheme, _, encoded = authorization.partition(" ")
    if "," in encoded:  # two headers arrive joined by a comma; base64 knows none
        raise invalid_request("Send one Authorization header with one pair of credentials.")
    if not scheme:
        raise invalid_request("The Authorization header is empty.")
    if scheme.lower() != "basic":
        raise invalid_client("another scheme than Basic")
    try:
        decoded = base64.b64decode(encoded.strip(" "), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid_request("The Basic credentials are not base64 of UTF-8 text.") from error
    id_text, colon, plain = decoded.partition(":")
    if not colon or not id_text:
        raise invalid_request("The Basic credentials are not a client id, a colon and a secret.")
    return _printable(form_decoded(id_text)), _printable(form_decoded(plain))


def _printable(text: str) -> str:
    """Return ``text`` if it has only the characters of ids and secrets (RFC 6749 appendix A)."""
    if not text.isascii() or not text.isprintable():
        raise invalid_request("A client id or secret has characters that none can have.")
    return text
