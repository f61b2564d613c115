"""What every page of the portal carries in its headers; machines' addresses are left alone."""

from collections.abc import Callable
from typing import Final
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers, patch_vary_headers

MACHINES: Final = ("/identity/", "/.well-known/", "/api/")
PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "serial", "usb")
)


def page_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give each page its Operation Id and the headers of security bar 75 that Django lacks.

    No page may be stored: not by a cache, and not by a browser that goes back after sign-out.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(MACHINES):
            return get_response(request)
        request.operation_id = str(uuid4())  # type: ignore[attr-defined]
        response = get_response(request)
        response["Operation-Id"] = request.operation_id  # type: ignore[attr-defined]
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        add_never_cache_headers(response)
        return response

    return respond
