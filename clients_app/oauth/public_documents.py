"""Documents for any machine: JSON that caches may keep and any origin may read."""

import hashlib
import json
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from clients_app.oauth.plain_http import Response
from clients_app.oauth.responses import MachineResponse

MAX_AGE_S: Final = 900  # KEY-3
_HEADERS: Final = {
    "Content-Type": "application/json",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}


def json_document(
    request: HttpRequest, members: dict[str, Any], *, max_age_s: int = MAX_AGE_S
) -> HttpResponse:
    """Return ``members`` as JSON, or 304 to a caller that has them already."""
    body = json.dumps(members).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_HEADERS, "Cache-Control": f"public, max-age={max_age_s}", "ETag": tag}
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if tag in [one.removeprefix("W/") for one in known] or known == ["*"]:
        del headers["Content-Type"]
        return MachineResponse(Response(HTTPStatus.NOT_MODIFIED, headers, b""))
    return MachineResponse(Response(HTTPStatus.OK, headers, body))


def refusal(status: int, error: str, **headers: str) -> HttpResponse:
    """Return ``error`` as JSON that no cache keeps."""
    kept = {**_HEADERS, "Cache-Control": "no-store", **headers}
    return MachineResponse(Response(status, kept, json.dumps({"error": error}).encode()))


def refuse_writes(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of any other method than GET and HEAD; None for these."""
    if request.method in {"GET", "HEAD"}:
        return None
    return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "invalid_request", Allow="GET, HEAD")
