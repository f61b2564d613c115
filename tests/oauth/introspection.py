"""Functions that request, introspect and revoke tokens."""

from types import SimpleNamespace
from typing import Any

from tests.oauth import wsgi
from tests.oauth.test_token_requests import HEADERS
from tests.oauth.wsgi import Reply, basic, form

INTROSPECT = "/identity/connect/introspect"


REVOKE = "/identity/connect/revocation"


INACTIVE = b'{"active": false}'


def token_of(who: SimpleNamespace) -> str:
    grant = form(grant_type="client_credentials")
    asked = wsgi.environ(authorization=basic(who.id, who.plain), body=grant)
    return wsgi.through_the_short_entrance(asked).json()["access_token"]


def post(path: str, who: SimpleNamespace, token: str, **more: Any) -> Reply:
    parts = {"authorization": basic(who.id, who.plain), "body": form(token=token)} | more
    return wsgi.through_django(wsgi.environ(path, **parts))


def introspect(who: SimpleNamespace, token: str) -> dict[str, Any]:
    """Return what ``who`` gets about ``token``; for an inactive one, only that it is inactive."""
    reply = post(INTROSPECT, who, token)
    assert (reply.status, reply.headers) == (200, HEADERS)
    answer = reply.json()
    assert answer["active"] or reply.body == INACTIVE
    return answer
