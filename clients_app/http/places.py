"""The places in which metrics group addresses: few, whatever is requested."""

from typing import Final

TOKEN: Final = "token"  # noqa: S105  a name
OTHER: Final = "pages"
_PROTOCOL: Final = "/identity/connect/"
_PROTOCOL_NAMES: Final = frozenset(
    {TOKEN, "authorize", "consent", "endsession", "introspect", "revocation", "userinfo"}
)
_BY_FIRST: Final = {
    "api": "api",
    "admin": "admin",
    "static": "static",
    "identity": "documents",
    ".well-known": "documents",
    "livez": "probes",
    "readyz": "probes",
    "metrics": "probes",
}


def place_of(path: str) -> str:
    """Return the place of an address: an endpoint, or a part of the portal."""
    if path.startswith(_PROTOCOL):
        name = path.removeprefix(_PROTOCOL).partition("/")[0]
        return name if name in _PROTOCOL_NAMES else OTHER
    return _BY_FIRST.get(path.strip("/").partition("/")[0], OTHER)
