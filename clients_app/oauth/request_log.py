"""Log lines about protocol requests: client, address and cause, but nothing that was sent.

Source: LOG-3, TOK-7 and AUD-3.
"""

import base64
import json
import logging
from http import HTTPStatus
from typing import Any, Final

from clients_app import conf
from clients_app.http.counted_lines import LineLimit
from clients_app.oauth.errors import OAuthError
from clients_app.services.tokens.access_tokens import IssuedToken

STRANGERS_MAX: Final = 100  # lines a minute for each process

log = logging.getLogger("clients_app.oauth")
strangers: Final = LineLimit(log, maximum=STRANGERS_MAX)


def refused(
    error: OAuthError, *, endpoint: str, address: str, is_of_stranger: bool = False
) -> None:
    """Log a refused request; of strangers', which can be any number, the first of each minute."""
    level = logging.INFO if error.status < HTTPStatus.INTERNAL_SERVER_ERROR else logging.ERROR
    if is_of_stranger and level == logging.INFO and not strangers.allows():
        return
    _write(
        f"{endpoint} refused: %(error)s (%(cause)s). Client %(client_id)s, address %(address)s.",
        level=level,
        event=f"{endpoint.lower()}.refused",
        error=error.error,
        cause=error.cause or error.description,
        client_id=error.client_id or "unknown",
        address=address,
    )


def issued(token: IssuedToken, *, address: str) -> None:
    """Log a new token if LOG_TOKENS is set; the token cannot be rebuilt from the line."""
    if not conf.logs_tokens():
        return
    payload = token.token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    _write(
        "Token issued: %(jti)s. Client %(client_id)s, secret %(secret_id)s, scope %(scope)s, "
        "address %(address)s.",
        event="token.issued",
        client_id=claims["client_id"],
        jti=claims["jti"],
        scope=token.scope,
        secret_id=claims.get("cred", "none"),
        address=address,
    )


def introspected(jti: str, *, client_id: str, address: str) -> None:
    """Log an introspection if LOG_TOKENS is set; ``jti`` is empty for a token that is inactive."""
    if conf.logs_tokens():
        _write_token("introspected", jti or "none that counts", client_id, address)


def revoked(jti: str, *, client_id: str, address: str) -> None:
    """Log a revocation."""
    _write_token("revoked", jti, client_id, address)


def _write_token(event: str, jti: str, client_id: str, address: str) -> None:
    _write(
        f"Token {event}: %(jti)s. Client %(client_id)s, address %(address)s.",
        event=f"token.{event}",
        client_id=client_id,
        jti=jti,
        address=address,
    )


def _write(message: str, *, address: str, level: int = logging.INFO, **fields: Any) -> None:
    fields["address"] = address or "unknown"
    log.log(level, message, fields, extra=fields)
