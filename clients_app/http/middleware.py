"""The headers of every page, and which headers of a request the portal trusts."""

from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from clients_app import conf
from clients_app.http import operation_ids
from clients_app.rules.peer_addresses import is_trusted

Respond = Callable[[HttpRequest], HttpResponse]

MACHINES: Final = ("/identity/", "/.well-known/", "/api/", "/livez", "/readyz", "/metrics")
_OTHER_SITES: Final = {"cross-site", "same-site"}
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()"


def named_operations(get_response: Respond) -> Respond:
    """Give each request and its answer an Operation Id, except answers that caches repeat."""

    def respond(request: HttpRequest) -> HttpResponse:
        operation_id = operation_ids.begin()
        request.operation_id = operation_id  # type: ignore[attr-defined]  # for ``acting``
        response = get_response(request)
        if "public" not in response.get("Cache-Control", ""):
            response["Operation-Id"] = operation_id
        return response

    return respond


def page_headers(get_response: Respond) -> Respond:
    """Give each page the headers of WEB-10 that Django lacks.

    Nothing may store a page: no cache, and no browser that goes back after sign-out.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(MACHINES):
            request.get_host()  # refuses host names that are not allowed
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        add_never_cache_headers(response)
        return response

    return respond


def own_site_only(get_response: Respond) -> Respond:
    """Refuse what pages of other sites send, besides Django's check of CSRF tokens (WEB-9).

    Browsers say where a request comes from (Fetch Metadata). Sites of the same domain count as
    others. What machines use has no session, and may be called from anywhere.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        is_unsafe = request.method not in {"GET", "HEAD", "OPTIONS", "TRACE"}
        site = request.headers.get("Sec-Fetch-Site", "")
        if is_unsafe and site in _OTHER_SITES and not request.path.startswith(MACHINES):
            raise PermissionDenied
        return get_response(request)

    return respond


def compressed_pages(get_response: Respond) -> Respond:
    """Compress the pages that answer a GET, to a fifth of their size.

    Only the answer to a POST shows a secret, so no answer with a secret is compressed. The CSRF
    token is masked differently in each page (BREACH).
    """
    compress: Any = GZipMiddleware(get_response).process_response

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "GET" or request.path.startswith(MACHINES):
            return response
        compressed: HttpResponse = compress(request, response)
        return compressed

    return respond


def trusted_proxies_only(get_response: Respond) -> Respond:
    """Accept X-Forwarded-Proto only from trusted proxies (DEP-9)."""

    def respond(request: HttpRequest) -> HttpResponse:
        if not is_trusted(request.META.get("REMOTE_ADDR", ""), conf.trusted_proxies()):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return get_response(request)

    return respond
