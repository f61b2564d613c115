"""Keyboard shortcuts of one key: each person may turn them off (WCAG 2.2, 2.1.4)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from clients_app import conf
from clients_app.web import kept
from clients_app.web.htmx import see_other
from clients_app.web.shell import SHORTCUTS_COOKIE
from clients_app.web.views.theme import YEAR_S


@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Keep "off", or for anything else "on", in a cookie of this browser."""
    chosen = "off" if request.POST.get("shortcuts") == "off" else "on"
    response = see_other(kept.own_path(request.POST.get("next")))
    secure = conf.public_url().startswith("https:")
    response.set_cookie(
        SHORTCUTS_COOKIE, chosen, max_age=YEAR_S, secure=secure, httponly=True, samesite="Lax"
    )
    return response
