"""What every page of the portal carries in its headers, and which headers of a request count."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from clients_app import conf
from clients_app.http import operation_ids
from clients_app.rules.peer_addresses import is_trusted

MACHINES: Final = ("/identity/", "/.well-known/", "/api/", "/livez", "/readyz", "/metrics")
PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "serial", "usb")
)


def named_operations(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an Operation Id, and its answer too, but for those that caches repeat."""

    def respond(request: HttpRequest) -> HttpResponse:
        operation_id = operation_ids.begin()
        request.operation_id = operation_id  # type: ignore[attr-defined]  # for ``acting``
        response = get_response(request)
        if "public" not in response.get("Cache-Control", ""):
            response["Operation-Id"] = operation_id
        return response

    return respond


def page_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give each page the headers of WEB-10 that Django lacks.

    No page may be stored: not by a cache, and not by a browser that goes back after sign-out.
    Answers to machines are sealed and stay as they are.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(MACHINES):
            request.get_host()  # refuses names that are not ours
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        add_never_cache_headers(response)
        return response

    return respond


def compressed_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Compress the pages that are asked for by GET, a fifth of their size.

    A secret is shown by the answer to a POST alone, so no answer that carries one is compressed;
    what else a page holds, its CSRF token, is masked anew in each (BREACH).
    """
    compress: Any = GZipMiddleware(get_response).process_response

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "GET" or request.path.startswith(MACHINES):
            return response
        compressed: HttpResponse = compress(request, response)
        return compressed

    return respond


def trusted_proxies_only(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Believe X-Forwarded-Proto only from the proxies that are trusted (DEP-9)."""

    def respond(request: HttpRequest) -> HttpResponse:
        if not is_trusted(request.META.get("REMOTE_ADDR", ""), conf.trusted_proxies()):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return get_response(request)

    return respond
