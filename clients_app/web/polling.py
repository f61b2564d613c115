"""Polling: a part of a page asks again every few seconds whether it has changed.

It is no activity of the person: which addresses are polled is said here, by the route, so that no
header of a request can keep a session alive (SES-1).
"""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clients_app.models import Client
from clients_app.selectors.activity.events import last_event_number

_WORDS_LAST_S: Final = 60  # "4 minutes ago" is drawn anew as often, though nothing else changed


def stamp(tenant_id: Any, *, now: datetime, client: Client | None = None) -> str:
    """Return what is different as soon as a list, or the pane of ``client``, looks different."""
    used = client.last_token_at if client is not None else None
    parts = (
        str(last_event_number(tenant_id)),
        f"{used.timestamp():.0f}" if used else "",
        f"{now.timestamp() // _WORDS_LAST_S:.0f}",
    )
    return ".".join(parts)


def unchanged(request: HttpRequest, current: str) -> HttpResponse | None:
    """Return the answer to one who has seen all that there is; None if there is more."""
    return HttpResponse(status=204) if request.GET.get("since") == current else None


def live_address(name: str, query: str, since: str, **parts: Any) -> str:
    """Return the address at which a part of a page with this ``query`` asks what is new."""
    mark = "&" if query else "?"
    return f"{reverse(name, kwargs=parts)}{query}{mark}{urlencode({'since': since})}"
