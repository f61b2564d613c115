"""The lines of the log about machines' requests: client, address, cause; nothing that was sent.

Source: LOG-3, TOK-7 and AUD-3.
"""

import base64
import json
import logging
from typing import Any

from clients_app import conf
from clients_app.oauth.errors import INTERNAL_ERROR, OAuthError
from clients_app.services.tokens.access_tokens import IssuedToken

log = logging.getLogger("clients_app.oauth")


def refused(refusal: OAuthError, *, asked_for: str, address: str) -> None:
    """Write one line: cause, client and address."""
    level = logging.INFO if refusal.status < INTERNAL_ERROR else logging.ERROR
    _write(
        f"{asked_for} refused: %(error)s (%(cause)s). Client %(client_id)s, address %(address)s.",
        level=level,
        event=f"{asked_for.lower()}.refused",
        error=refusal.error,
        cause=refusal.cause,
        client_id=refusal.client_id or "unknown",
        address=address or "unknown",
    )


def issued(token: IssuedToken, *, address: str) -> None:
    """Write one line where LOG_TOKENS is set: client, ``jti``, scope and the credential's id; the
    token cannot be made of them."""
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
        secret_id=claims.get("cred"),
        address=address or "unknown",
    )


def introspected(jti: str, *, client_id: str, address: str) -> None:
    """Write one line where LOG_TOKENS is set; ``jti`` is empty for a token that does not count."""
    if not conf.logs_tokens():
        return
    _write(
        "Token introspected: %(jti)s. Client %(client_id)s, address %(address)s.",
        event="token.introspected",
        client_id=client_id,
        jti=jti or "none that counts",
        address=address or "unknown",
    )


def revoked(jti: str, *, client_id: str, address: str) -> None:
    """Write one line."""
    _write(
        "Token revoked: %(jti)s. Client %(client_id)s, address %(address)s.",
        event="token.revoked",
        client_id=client_id,
        jti=jti,
        address=address or "unknown",
    )


def _write(message: str, *, level: int = logging.INFO, **said: Any) -> None:
    log.log(level, message, said, extra=said)
