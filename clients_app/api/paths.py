"""Addresses of the REST API match ignoring case, with or without a slash at the end (API-4)."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

Respond = Callable[[HttpRequest], HttpResponse]

PREFIX: Final = "/api/"
_WORDS: Final = {
    word.lower(): word
    for word in (
        *("Tenants", "ClientCredentialClients", "AuthorizationCodeClients", "HybridClients"),
        *("Secrets", "PublicKeys", "FederatedIdentities", "Rotate", "NearMisses", "TestToken"),
        *("Roles", "Apis", "Activity", "Usage"),
    )
}


def is_of_api(path: str) -> bool:
    """Return whether ``path``, in any case, is an address of the REST API."""
    return f"{path}/"[: len(PREFIX)].lower() == PREFIX


def spelled(path: str) -> str:
    """Return an address as the routes spell it: ids in lower case, no slash at the end."""
    parts = (part.lower() for part in path.rstrip("/").split("/"))
    return "/".join(_WORDS.get(part, part) for part in parts)


def api_paths(get_response: Respond) -> Respond:
    """Spell the addresses below /api/ as the routes do, before anything looks at them."""

    def respond(request: HttpRequest) -> HttpResponse:
        if is_of_api(request.path_info):
            path = spelled(request.path_info)
            request.path = request.path_info = path if len(path) >= len(PREFIX) else PREFIX
        return get_response(request)

    return respond
