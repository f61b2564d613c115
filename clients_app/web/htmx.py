"""Answers as page or fragment: the only place that reads and sets the HX-* headers."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django_htmx.middleware import HtmxDetails

from clients_app.http import operation_ids
from clients_app.identity.kept_forms import notice_of
from clients_app.web.shell import shell_of

_PLACES: Final = {"clients", "details", "activity"}  # parts of a page that are swapped by links


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asked for a part of a page; on Back and Forward it asks for a whole one."""
    htmx = _htmx(request)
    return bool(htmx) and not htmx.history_restore_request


def _htmx(request: HttpRequest) -> HtmxDetails:
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by its middleware
    return details


def show(
    request: HttpRequest,
    screen: str,
    context: dict[str, Any],
    *,
    title: str,
    fragments: tuple[str, ...] = ("window",),
    status: int = 200,
    tell: str | None = None,
    address: str | None = None,
) -> HttpResponse:
    """Answer with ``screen`` as a whole page, or with the one of its ``fragments`` asked for.

    The first fragment is the answer to anything unknown; a screen without fragments is always
    a whole page. ``tell`` is an event for the page,
    ``address`` what the address bar shows after the first fragment; a filter that is typed
    replaces the last one.
    """
    if status == 422:
        title = gettext("Error: %(title)s") % {"title": title}
    title = gettext("%(title)s · Portal") % {"title": title}
    context = {
        "now": timezone.now(),
        "status": status,
        "notice": notice_of(request),
        "operation_id": operation_ids.current(),
    } | context
    if not fragments or not wants_fragment(request):
        page = {**context, **shell_of(request, context), "title": title}
        html = render_to_string(f"clients_app/{screen}.html", page, request)
        return HttpResponse(html, status=status)
    target = _htmx(request).target
    fragment = target if target in fragments else fragments[0]
    context["fragment"] = fragment
    # The window is the screen without the page around it; other fragments are partials.
    partial = "" if fragment == "window" else f"#{fragment}"
    html = render_to_string(f"clients_app/{screen}.html{partial}", context, request)
    response = HttpResponse(format_html("<title>{}</title>", title) + html, status=status)
    if fragment == "window":
        response["HX-Retarget"], response["HX-Reswap"] = "#window", "innerHTML"
        response["HX-Push-Url"] = "false"
    elif address and fragment == fragments[0]:
        typed = _htmx(request).trigger_name == "q"
        response["HX-Replace-Url" if typed else "HX-Push-Url"] = address
    if tell:
        response["HX-Trigger"] = json.dumps({tell: {}})
    return response


def done(request: HttpRequest, *, to: str, said: str, tell: str) -> HttpResponse:
    """Answer a deed that leaves no window: close it, tell the page, say what happened.

    Without htmx: go ``to`` the page that shows it.
    """
    if wants_fragment(request):
        response = HttpResponse(status=204)
        response["HX-Trigger"] = json.dumps({tell: {}, "windowDone": {}, "toast": {"text": said}})
        return response
    messages.success(request, said)
    return see_other(to)


def go(request: HttpRequest, to: str) -> HttpResponse:
    """Send the browser ``to`` another page of ours, out of a fragment too."""
    if wants_fragment(request):
        response = HttpResponse()
        response["HX-Redirect"] = to
        return response
    return see_other(to)


def see_other(to: str) -> HttpResponse:
    """Redirect with status 303: what follows is always a GET (RFC 9110 section 15.4.4)."""
    response = HttpResponseRedirect(to)
    response.status_code = 303
    return response


def with_query(path: str, /, **values: str | int | None) -> str:
    """Return ``path`` with those of the ``values`` that say anything."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path


def page_behind(request: HttpRequest) -> str:
    """Return the path and query to come back to: of a fragment, the page it was asked from."""
    htmx = _htmx(request)
    return (htmx.current_url_abs_path or "/") if htmx else request.get_full_path()


def page_asked(request: HttpRequest) -> str:
    """Return the path and query of the page to show after a sign-in.

    That is what was asked for where it is a place of its own, or holds what was typed in a Filter
    or ticked in a list; of a mere window, the page behind it.
    """
    of_its_own = _htmx(request).target in _PLACES or bool(request.GET)
    return request.get_full_path() if of_its_own else page_behind(request)
