"""Responses as a page or a fragment: the only module that reads and sets the HX-* headers."""

from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django_htmx.http import (
    HttpResponseClientRedirect,
    push_url,
    replace_url,
    reswap,
    retarget,
    trigger_client_event,
)
from django_htmx.middleware import HtmxDetails

from clients_app.http import operation_ids
from clients_app.identity.kept_forms import notice_of
from clients_app.web.shell import shell_of

_PLACES: Final = {"clients", "details", "activity"}  # parts of a page that links swap


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether htmx requests part of a page; for Back and Forward it needs a whole one."""
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
    event: str | None = None,
    address: str | None = None,
) -> HttpResponse:
    """Return ``screen`` as a whole page, or the one of its ``fragments`` that htmx targets.

    For an unknown target that is the first fragment; a screen without fragments is always a whole
    page. ``event`` is triggered on the page. ``address`` is what the address bar shows after the
    first fragment; it replaces the current entry of the history while a filter is being typed.
    """
    heading = title
    if status == 422:
        title = gettext("Error: %(title)s") % {"title": title}
    title = f"{title} · {settings.PORTAL_NAME}"
    context = {
        "heading": heading,
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
        push_url(reswap(retarget(response, "#window"), "innerHTML"), False)
    elif address and fragment == fragments[0]:
        typed = _htmx(request).trigger_name == "q"
        (replace_url if typed else push_url)(response, address)
    return trigger_client_event(response, event) if event else response


def done(
    request: HttpRequest,
    message: str,
    to: str,
    *,
    event: str = "clientChanged",
    undo: str = "",
    **parts: Any,
) -> HttpResponse:
    """Close the window, show ``message`` and trigger ``event`` on the page.

    The message has a button that undoes the operation whose id is ``undo``.
    Without htmx, redirect ``to`` a page; as for ``see_other``.
    """
    if not wants_fragment(request):
        messages.success(request, message, extra_tags=undo)
        return see_other(to, **parts)
    response = trigger_client_event(HttpResponse(status=204), event)
    trigger_client_event(response, "windowDone")
    return trigger_client_event(response, "toast", {"text": message, "undo": undo})


def go(request: HttpRequest, to: str) -> HttpResponse:
    """Send the browser ``to`` another page of the portal, even from a fragment."""
    return HttpResponseClientRedirect(to) if wants_fragment(request) else see_other(to)


def leave(request: HttpRequest, address: str, name: str) -> HttpResponse:
    """Send the browser to ``address`` of another site, which people know by ``name``.

    No redirect: browsers apply ``form-action`` to each address that a form leads to, and the site
    may lead on anywhere. So it is a page that goes on by itself, and has a link.
    """
    if wants_fragment(request):
        return HttpResponseClientRedirect(address)
    context, title = {"address": address, "provider": name}, gettext("Continue")
    response = show(request, "sign_in/sign_on_leave", context, title=title, fragments=())
    response["Refresh"] = f"0; url={address}"
    return response


def see_other(to: str, **parts: Any) -> HttpResponse:
    """Redirect ``to`` a path, or a view named with its ``parts``, with GET (RFC 9110 15.4.4)."""
    return HttpResponseRedirect(resolve_url(to, **parts), status=303)


def with_query(path: str, /, **values: Any) -> str:
    """Return ``path`` with the ``values`` that are not empty as its query."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path


def page_behind(request: HttpRequest) -> str:
    """Return the path and query of the page on the screen: for a fragment, the page around it."""
    htmx = _htmx(request)
    return (htmx.current_url_abs_path or "/") if htmx else request.get_full_path()


def page_asked(request: HttpRequest) -> str:
    """Return the path and query of the page to show after a sign-in.

    This is the requested address if it is a page, or carries a filter or a selection; for a plain
    window it is the page behind it.
    """
    of_its_own = _htmx(request).target in _PLACES or bool(request.GET)
    return request.get_full_path() if of_its_own else page_behind(request)
