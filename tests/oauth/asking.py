"""How tests ask about a token, and end it."""

from types import SimpleNamespace
from typing import Any

from tests.oauth import wire
from tests.oauth.test_table_a import HEADERS
from tests.oauth.wire import Reply, basic, form

INTROSPECT = "/identity/connect/introspect"


REVOKE = "/identity/connect/revocation"


INACTIVE = b'{"active": false}'


def token_of(who: SimpleNamespace) -> str:
    grant = form(grant_type="client_credentials")
    asked = wire.environ(authorization=basic(who.id, who.plain), body=grant)
    return wire.through_the_short_entrance(asked).json()["access_token"]


def post(path: str, who: SimpleNamespace, token: str, **more: Any) -> Reply:
    parts = {"authorization": basic(who.id, who.plain), "body": form(token=token)} | more
    return wire.through_django(wire.environ(path, **parts))


def told(who: SimpleNamespace, token: str) -> dict[str, Any]:
    """Return what ``who`` gets about ``token``; for an inactive one, only that it is inactive."""
    reply = post(INTROSPECT, who, token)
    assert (reply.status, reply.headers) == (200, HEADERS)
    answer = reply.json()
    assert answer["active"] or reply.body == INACTIVE
    return answer
