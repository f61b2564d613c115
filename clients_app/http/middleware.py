"""The headers of every page, and which headers of a request the portal trusts."""

import logging
from collections.abc import Callable
from typing import Any, Final

import brotli
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext, gettext_noop

from clients_app import conf
from clients_app.http import operation_ids
from clients_app.http.counted_lines import CountedLine
from clients_app.http.scheme import fault_of_proxy, is_https

Respond = Callable[[HttpRequest], HttpResponse]

MACHINES: Final = ("/identity/", "/.well-known/", "/api/", "/livez", "/readyz", "/metrics")
#: protocol addresses that people come to, and which of them take forms of other sites
AUTHORIZE: Final = "/identity/connect/authorize"
CONSENT: Final = "/identity/connect/consent"
END_SESSION: Final = "/identity/connect/endsession"
_FOR_PEOPLE: Final = frozenset({AUTHORIZE, CONSENT, END_SESSION, f"{END_SESSION}/confirmed"})
_FROM_OTHER_SITES: Final = frozenset({AUTHORIZE, END_SESSION})
_WORTHWHILE: Final = 200  # bytes of a page, as Django's gzip has it
_OTHER_SITES: Final = {"cross-site", "same-site"}
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()"

_NOT_SET_UP: Final = gettext_noop(
    "This portal is not set up completely. Ask the person who runs it to look at its log, "
    "which says what to change."
)
_log = logging.getLogger("clients_app.server")
_foreign_host: Final = CountedLine(_log, "A request named the host %r. This portal is at %s.")
_proxy_at_fault: Final = CountedLine(
    _log, "Requests that a proxy got by https seem to come by http: %s."
)


def is_for_machines(path: str) -> bool:
    """Return whether programs use the address ``path``, and no people with browsers."""
    return path.startswith(MACHINES) and path.rstrip("/") not in _FOR_PEOPLE


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
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        if "Cross-Origin-Opener-Policy" not in response:  # a page may be opened as a pop-up
            response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        add_never_cache_headers(response)
        return response

    return respond


def own_site_only(get_response: Respond) -> Respond:
    """Refuse what pages of other sites send, besides Django's check of CSRF tokens (WEB-9).

    Browsers say where a request comes from (Fetch Metadata). Sites of the same domain count as
    others. What machines use has no session, and may be called from anywhere. Applications may
    send people to authorize and to sign out by a form, which changes nothing by itself.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        is_unsafe = request.method not in {"GET", "HEAD", "OPTIONS", "TRACE"}
        site = request.headers.get("Sec-Fetch-Site", "")
        if is_unsafe and site in _OTHER_SITES and not _takes_forms_of_others(request.path):
            raise PermissionDenied
        return get_response(request)

    return respond


def _takes_forms_of_others(path: str) -> bool:
    return is_for_machines(path) or path.rstrip("/") in _FROM_OTHER_SITES


def compressed_pages(get_response: Respond) -> Respond:
    """Compress the pages that answer a GET, to an eighth of their size.

    No answer with a secret is compressed beside text that others chose (BREACH): only the answer
    to a POST shows a secret, and authorize, whose page may post a code, is left out. The CSRF token
    is masked differently in each page.
    """
    gzip: Any = GZipMiddleware(get_response).process_response

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        path = request.path.rstrip("/")
        if request.method != "GET" or is_for_machines(path) or path == AUTHORIZE:
            return response
        accepted = request.headers.get("Accept-Encoding", "").replace(" ", "").split(",")
        compressed: HttpResponse = (
            _by_brotli(response) if "br" in accepted else gzip(request, response)
        )
        return compressed

    return respond


def _by_brotli(response: HttpResponse) -> HttpResponse:
    """Compress a page in the time of gzip, to six sevenths of its size; browsers ask by https."""
    if response.streaming or response.has_header("Content-Encoding"):
        return response
    if len(response.content) < _WORTHWHILE:
        return response
    patch_vary_headers(response, ("Accept-Encoding",))
    response.content = brotli.compress(response.content, quality=5)
    response["Content-Encoding"] = "br"
    response["Content-Length"] = str(len(response.content))
    return response


def own_origin(get_response: Respond) -> Respond:
    """Set the scheme that the client used, and refuse pages of other hosts (DEP-9, DEP-17, LOG-7).

    Machines may use any host name; their requests never depend on it.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        fault = fault_of_proxy(request.META)
        request.META["wsgi.url_scheme"] = "https" if is_https(request.META) else "http"
        if is_for_machines(request.path):
            return get_response(request)
        try:
            request.get_host()
        except DisallowedHost:
            _foreign_host.write(request.META.get("HTTP_HOST", "")[:100], conf.public_url())
            return _plain(gettext("This portal has another address."), status=400)
        if fault:
            _proxy_at_fault.write(fault)
            return _plain(gettext(_NOT_SET_UP), status=500)
        return get_response(request)

    return respond


def _plain(sentence: str, *, status: int) -> HttpResponse:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    answer = HttpResponse(f"{sentence}\n", "text/plain", status, headers=headers)
    vars(answer)["_has_been_logged"] = True  # Django's own line would not be counted
    return answer
