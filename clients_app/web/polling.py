"""Polling: part of a page asks every few seconds whether it has changed.

A poll is not activity of the person. The route decides which addresses are polled, so that no
request header can keep a session alive (SES-1).
"""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clients_app.models import Client
from clients_app.selectors.activity.events import last_event_number

_WORDS_LAST_S: Final = 60  # "4 minutes ago" is rendered again this often


def stamp(tenant_id: Any, *, now: datetime, client: Client | None = None) -> str:
    """Return a text that changes when a list, or the pane of ``client``, looks different."""
    used = (client.last_token_at, client.last_refused_at) if client is not None else ()
    used_s = "-".join(f"{at.timestamp():.0f}" if at else "" for at in used)
    return f"{last_event_number(tenant_id)}.{used_s}.{now.timestamp() // _WORDS_LAST_S:.0f}"


def unchanged(request: HttpRequest, current: str) -> HttpResponse | None:
    """Return 204 if the browser already shows ``current``, else None."""
    return HttpResponse(status=204) if request.GET.get("since") == current else None


def live_address(name: str, query: str, since: str, **parts: Any) -> str:
    """Return the address that part of a page with this ``query`` polls."""
    mark = "&" if query else "?"
    return f"{reverse(name, kwargs=parts)}{query}{mark}{urlencode({'since': since})}"
