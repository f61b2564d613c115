"""Reads a token request from what granian knows of it, without building an environ.

Both together take 20 us, a twentieth of a token. The rare request that this module leaves to
``environ`` gets the same response from Django's view, only later: every test of the token endpoint
runs both ways.
"""

from typing import Any, Final

from clients_app import conf
from clients_app.http.scheme import used_https
from clients_app.oauth.plain_http import BODY_MAX, Request
from clients_app.rules.peer_addresses import canonical, peer_address

PATHS: Final = frozenset({"/identity/connect/token", "/identity/connect/token/"})
#: headers of requests without a length or compressed, and of scripts in browsers
_OTHERS: Final = frozenset({"transfer-encoding", "content-encoding", "origin"})
_FORWARDED: Final = frozenset({"x-forwarded-for", "x-forwarded-proto"})  # without: no proxy


def token_request(scope: Any, headers: Any, body: bytes) -> Request | None:
    """Return the token request of ``scope`` (RSGI), its headers and the body that followed.

    granian copies the headers for each look at ``scope.headers``, so that is done once.
    None for another path, and for what few clients send: another method, a header that is repeated
    or not ASCII, a body without a length or compressed, a script's origin, or no https where the
    portal uses it.
    """
    if scope.path not in PATHS or scope.method != "POST":
        return None
    pairs: list[tuple[str, str]] = headers.items()  # names in lower case, values of ASCII
    named = dict(pairs)
    if not len(named) == len(pairs) == len(headers) or not _OTHERS.isdisjoint(named):
        return None
    peer, is_secure = canonical(scope.client.rpartition(":")[0]), scope.scheme == "https"
    address = peer
    if not _FORWARDED.isdisjoint(named):
        said, passed = named.get("x-forwarded-proto"), named.get("x-forwarded-for", "")
        is_secure = used_https(scope.scheme, remote=peer, forwarded=said)
        address = peer_address(peer, passed, conf.trusted_proxies())
    if not is_secure and conf.public_url().startswith("https:"):
        return None
    return Request(
        method="POST",
        query=scope.query_string,
        headers=named,
        body=body[: BODY_MAX + 1],
        peer=peer,
        address=address,
        is_secure=is_secure,
    )
