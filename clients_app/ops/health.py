"""Health probes. They are public, so details go only to the log (AVA-10)."""

import logging
from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clients_app.services.readiness import faults_of_changes, faults_of_tokens

LIVEZ_PATH: Final = "/livez"

log = logging.getLogger("clients_app.ops")


class _Alive(NamedTuple):
    headers: list[tuple[str, str]]
    body: bytes


#: The server sends it itself, so that it answers even if all threads are stuck.
ALIVE: Final = _Alive(
    [
        ("Content-Type", "text/plain"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ],
    b"alive\n",
)


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer that this process is alive, without any checks."""
    return HttpResponse(ALIVE.body, headers=dict(ALIVE.headers))


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether this process can issue tokens and save changes.

    Where it can only issue tokens, the answer is 503 too, with another text.
    """
    found = faults_of_tokens()
    word = "not ready" if found else "tokens only"
    return _answer(found or faults_of_changes(), word)


@require_safe
def readyz_tokens(request: HttpRequest) -> HttpResponse:
    """Answer whether this process can issue tokens."""
    return _answer(faults_of_tokens(), "not ready")


def _answer(found: list[str], word: str) -> HttpResponse:
    for fault in found:
        log.error("Not ready: %s", fault)
    if found:
        return HttpResponse(f"{word}\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
