"""Public JSON documents: caches may keep them and any origin may read them."""

import hashlib
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from clients_app.oauth.plain_http import Response
from clients_app.oauth.responses import MachineResponse

METHODS: Final = "GET, HEAD"
ALLOW: Final = f"{METHODS}, OPTIONS"
_HEADER_NAMES: Final = re.compile(
    r"[\w!#$%&'*+.^`|~-]+([ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*", re.ASCII
)
PREFLIGHT_MAX_AGE_S: Final = 86_400  # no browser keeps it longer
_HEADERS: Final = {
    "Content-Type": "application/json",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}


def document_view(
    members: Callable[[], dict[str, Any]], *, max_age_s: Callable[[], int]
) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view of ``members`` as JSON; it answers 304 if the caller has them already."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return _preflight(request.headers.get("Access-Control-Request-Headers", ""))
        if request.method not in {"GET", "HEAD"}:
            return _error(HTTPStatus.METHOD_NOT_ALLOWED, "invalid_request", Allow=ALLOW)
        try:
            body = json.dumps(members()).encode()
        except DatabaseError:
            status, later = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"}
            return _error(status, "temporarily_unavailable", **later)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {**_HEADERS, "Cache-Control": f"public, max-age={max_age_s()}", "ETag": tag}
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if tag in [one.removeprefix("W/") for one in known] or known == ["*"]:
            del headers["Content-Type"]
            return MachineResponse(Response(HTTPStatus.NOT_MODIFIED, headers, b""))
        return MachineResponse(Response(HTTPStatus.OK, headers, body))

    return view


def _preflight(asked: str) -> HttpResponse:
    """Allow any origin to send the headers that it asks for; the document is the same for all."""
    headers = {
        "Allow": ALLOW,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_S),
        "Vary": "Access-Control-Request-Headers",
        "X-Content-Type-Options": "nosniff",
    }
    if _HEADER_NAMES.fullmatch(asked):
        headers["Access-Control-Allow-Headers"] = asked
    return MachineResponse(Response(HTTPStatus.NO_CONTENT, headers, b""))


def _error(status: int, error: str, **headers: str) -> HttpResponse:
    uncached = {**_HEADERS, "Cache-Control": "no-store", **headers}
    return MachineResponse(Response(status, uncached, json.dumps({"error": error}).encode()))
