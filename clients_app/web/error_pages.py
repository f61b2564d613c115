"""Error pages: no permission, not found, an outdated page, a server error."""

import logging
import sys
from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext, gettext_noop

from clients_app.errors import AlreadyAdded, NotFound, PortalError
from clients_app.http import operation_ids
from clients_app.http.sentences import sentence_of
from clients_app.identity import kept_forms
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import give_notice
from clients_app.outages import is_outage, sentence_about
from clients_app.permissions import Action, allows
from clients_app.selectors.clients.lookup import get_client
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.web.htmx import go, show

logger = logging.getLogger(__name__)


def forbidden(request: HttpRequest, error: PortalError) -> HttpResponse:
    """Say which permission is missing and who can help."""
    helpers = people_who_administer(actor_of(request).tenant_id)
    context = {"sentence": sentence_of(error), "helpers": [str(person) for person in helpers[:3]]}
    return show(request, "errors/forbidden", context, title=gettext("Not allowed"), status=403)


def not_found(request: HttpRequest, error: PortalError) -> HttpResponse:
    """Say that it does not exist, whether it was removed or never existed."""
    context: dict[str, Any] = {"heading": sentence_of(error).partition(".")[0]}
    if request.user.is_authenticated:
        match = request.resolver_match
        client_id = match.kwargs.get("client_id") if match else None
        may_restore = allows(actor_of(request), Action.RESTORE_CLIENT)
        context |= {"client_id": client_id, "may_restore": bool(client_id) and may_restore}
    return show(request, "errors/not_found", context, title=gettext("Not found"), status=404)


def already_added(request: HttpRequest, error: AlreadyAdded) -> HttpResponse:
    """Say that the first try was saved; its secret cannot be shown, but another one added."""
    client = get_client(actor_of(request).tenant_id, error.client_id)
    title, context = gettext("Already Added"), {"client": client}
    return show(
        request, "clients/already_added", context, title=title, status=409, event="clientChanged"
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refuse without giving a reason."""
    return _refused(request, gettext("Not allowed"), gettext("Nothing was changed."), status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refuse what Django cannot read: too much data, too many fields, an unknown host."""
    sentence = gettext("Nothing was changed. Send less at a time, or reload the page.")
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return _refused(request, gettext("This request could not be read"), sentence, status=status)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that no screen has this address."""
    return not_found(request, NotFound(gettext_noop("There is no page at this address.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show the portal's own form again, filled, or the page of a button; refuse other origins."""
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        notice = gettext("This page was out of date. Check what you typed, then try again.")
        give_notice(request, notice)
        fields = kept_forms.typed_fields(request)
        again = kept_forms.show_again(request, request.get_full_path(), fields)
        if again is not None and again.status_code in {302, 303}:
            messages.warning(request, gettext("This page was out of date. Nothing was changed."))
            return go(request, again["Location"])
        if again is not None:
            again.status_code = 403 if again.status_code == 200 else again.status_code
            return again
    sentence = gettext("Nothing was changed. Open the page again, then repeat what you did.")
    return _refused(request, gettext("This page was out of date"), sentence, status=403)


def busy(request: HttpRequest, error: PortalError) -> HttpResponse:
    """Say why the server cannot do it now, and when to try again."""
    reply = _refused(request, gettext("Busy"), sentence_of(error), status=503)
    reply["Retry-After"] = "30"
    return reply


def _refused(request: HttpRequest, heading: str, sentence: str, *, status: int) -> HttpResponse:
    if not hasattr(request, "htmx"):  # refused before htmx's middleware, for example for its Host
        return HttpResponse(sentence, content_type="text/plain", status=status)
    context = {"heading": heading, "sentence": sentence}
    return show(request, "errors/refused", context, title=heading, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """Show the operation id, which the operator needs; read neither session nor database."""
    operation_id = operation_ids.current()
    logger.error("Operation %s failed: %s %s", operation_id, request.method, request.path)
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError) and is_outage(error):
        return _outage(request, error)
    context: dict[str, Any] = {"operation_id": operation_id, "title": gettext("Server error")}
    html = render_to_string("clients_app/errors/server_error.html", context)
    return HttpResponse(html, status=500)


def _outage(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say why the database cannot work; keep what was typed.

    A window of an open page still has its form, so htmx gets only the sentence.
    """
    sentence, headers = gettext(sentence_about(error)), {"Retry-After": "5"}
    if "HX-Request" in request.headers:
        return HttpResponse(sentence, "text/plain; charset=utf-8", 503, headers=headers)
    context = {
        "operation_id": operation_ids.current(),
        "title": gettext("Not available now"),
        "sentence": sentence,
        "address": request.get_full_path(),
        "kept": kept_forms.fields_of_form(request),
    }
    html = render_to_string("clients_app/errors/outage.html", context)
    return HttpResponse(html, status=503, headers=headers)
