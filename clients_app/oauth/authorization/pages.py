"""The pages that people see between an application and the portal."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.http import operation_ids
from clients_app.http.theme import theme_of
from clients_app.oauth.errors import OAuthError


def page(
    request: HttpRequest, screen: str, context: dict[str, Any], *, title: str, status: int = 200
) -> HttpResponse:
    """Return ``screen`` as a page with a card."""
    whole = {
        "now": timezone.now(),
        "status": status,
        "title": f"{title} · {settings.PORTAL_NAME}",
        "theme": theme_of(request),
        "operation_id": operation_ids.current(),
        **context,
    }
    html = render_to_string(f"clients_app/consent/{screen}.html", whole, request)
    return HttpResponse(html, status=status)


def refused_page(request: HttpRequest, error: OAuthError, *, title: str = "") -> HttpResponse:
    """Return the page for a request that cannot be answered to the application (AUT-1)."""
    title = title or gettext("This sign-in cannot continue")
    context = {"heading": title, "cause": error.description, "error": error.error}
    status = error.status if error.error != "invalid_client" else HTTPStatus.BAD_REQUEST
    response = page(request, "refused", context, title=title, status=status)
    vars(response)["_has_been_logged"] = True  # with its cause, see ``request_log``
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "GET, POST"
    return response
