"""Reads the keys that a client or an issuer publishes, as they are now.

Source: OpenID Connect Discovery 1.0 section 4; RFC 7517 section 5; CRE-8.
"""

import json
import re
from datetime import timedelta
from typing import Any, Final

from clients_app.errors import RuleBroken
from clients_app.limits import JWKS_MAX
from clients_app.services.credentials.public_keys import usable_keys
from clients_app.services.outgoing import NotReached, exchange

#: when keys are fetched again: as the answer's Cache-Control says, within these limits
SHORTEST: Final = timedelta(minutes=5)
USUAL: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=24)
_DISCOVERY: Final = "/.well-known/openid-configuration"
_MAX_AGE: Final = re.compile(r"max-age=([0-9]{1,8})(?![0-9])")


class NoKeys(Exception):
    """The source has no keys that can be used now; the text says why."""


class OtherIssuer(NoKeys):
    """The document names another issuer, by the slash at the end alone.

    With ``jwks`` people can be told so when a token comes; it verifies nothing else.
    """

    def __init__(self, reason: str, jwks: dict[str, Any]) -> None:
        super().__init__(reason)
        self.jwks = jwks


def published(url: str, *, is_issuer: bool) -> tuple[dict[str, Any], timedelta]:
    """Return the usable keys at ``url``, or of that issuer, and when to ask for them again.

    Errors: NoKeys.
    """
    if not is_issuer:
        return _keys_at(url)
    named, jwks_url = _discovered(url)
    if named == url:
        return _keys_at(jwks_url)
    reason = f"Its discovery document names another issuer: {named!r}."
    if named.rstrip("/") != url.rstrip("/"):
        raise NoKeys(reason)
    raise OtherIssuer(reason, _keys_at(jwks_url)[0])


def _discovered(issuer: str) -> tuple[str, str]:
    """Return the issuer that the document at ``issuer`` names, and where its keys are."""
    found, _ = _object_at(issuer.rstrip("/") + _DISCOVERY)
    named, url = found.get("issuer"), found.get("jwks_uri")
    if not isinstance(url, str):
        raise NoKeys("Its discovery document has no jwks_uri.")
    return str(named), url


def _keys_at(url: str) -> tuple[dict[str, Any], timedelta]:
    found, lifetime = _object_at(url)
    try:
        return usable_keys(found), lifetime
    except RuleBroken as error:
        raise NoKeys(str(error)) from error


def _object_at(url: str) -> tuple[dict[str, Any], timedelta]:
    """Return the JSON object at ``url``, and how long it may be used. Errors: NoKeys."""
    try:
        answer = exchange("GET", url, headers={"Accept": "application/json"}, read_max=JWKS_MAX + 1)
    except NotReached as error:
        raise NoKeys(str(error)) from error
    if answer.status != 200:
        raise NoKeys(f"HTTP {answer.status} instead of 200. Redirects are not followed.")
    if len(answer.body) > JWKS_MAX:
        raise NoKeys(f"The answer is longer than {JWKS_MAX} bytes.")
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise NoKeys("The answer is not JSON.") from error
    if not isinstance(found, dict):
        raise NoKeys("The answer is not a JSON object.")
    named = _MAX_AGE.search(answer.headers.get("Cache-Control", ""))
    lifetime = timedelta(seconds=int(named[1])) if named else USUAL
    return found, min(max(lifetime, SHORTEST), LONGEST)
