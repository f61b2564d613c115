"""Whether a client used https; every door asks this module (DEP-9)."""

from collections.abc import Mapping
from typing import Any, Final

from clients_app import conf
from clients_app.rules.peer_addresses import canonical, is_trusted

_PROTO: Final = "HTTP_X_FORWARDED_PROTO"
_OF_PROXIES: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


def is_https(environ: Mapping[str, Any]) -> bool:
    """Return whether the client used https: as a trusted proxy says, otherwise as the portal saw.

    Of several values of X-Forwarded-Proto, the first counts, as in Django.
    """
    scheme, remote = environ.get("wsgi.url_scheme", ""), environ.get("REMOTE_ADDR", "")
    return used_https(scheme, remote=remote, forwarded=environ.get(_PROTO))


def used_https(scheme: str, *, remote: str, forwarded: str | None) -> bool:
    """Return what ``is_https`` does, from the ``scheme`` that the portal saw, the address that
    opened the connection, and X-Forwarded-Proto.
    """
    if forwarded is None or not is_trusted(remote, conf.trusted_proxies()):
        return scheme == "https"
    return _first(forwarded) == "https"


def fault_of_proxy(environ: Mapping[str, Any]) -> str:
    """Return what the operator must change so that https counts; "" if nothing seems to be wrong.

    A redirect to https would lead back to the same proxy, and never end.
    """
    if not conf.public_url().startswith("https:") or is_https(environ):
        return ""
    peer, said = canonical(environ.get("REMOTE_ADDR", "")), environ.get(_PROTO)
    send, trust = "make it send X-Forwarded-Proto", "add it to TRUSTED_PROXIES"
    if is_trusted(peer, conf.trusted_proxies()):
        return f"{peer} is your proxy; {send}" if said is None else ""
    if said is None:
        is_proxy = any(name in environ for name in _OF_PROXIES)
        return f"if {peer} is your proxy, {trust} and {send}" if is_proxy else ""
    return f"if {peer} is your proxy, {trust}" if _first(said) == "https" else ""


def _first(said: str) -> str:
    return said.partition(",")[0].strip()
