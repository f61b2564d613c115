"""Reads and fills the Activity page in tests."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.test import Client as Browser

from clients_app.models import Person, TokenRefusal
from clients_app.services.roles.roles import add_role
from tests.actors import actor_for
from tests.conftest import Machine
from tests.responses import text_of

ACTIVITY = "/security/activity"


def rows_in(reply: Any) -> list[str]:
    """Return the rows of the table as plain text, newest first."""
    body = text_of(reply).partition("<tbody>")[2].partition("</tbody>\n</table>\n<div")[0]
    found = re.split(r'<tr>\s*<td class="col-time', body)[1:]
    return [unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", one))).strip() for one in found]


def list_events(browser: Browser, **query: Any) -> list[str]:
    """Return the rows of all time, or those that ``query`` selects."""
    return rows_in(browser.get(f"{ACTIVITY}?{urlencode({'when': 'always'} | query)}"))


def add_refusal(machine: Machine, at: datetime, *, requests: int = 12, **more: Any) -> TokenRefusal:
    return TokenRefusal.objects.create(
        client=machine.client,
        cause=more.pop("cause", TokenRefusal.Cause.UNKNOWN_SECRET),
        day=at.date(),
        requests=requests,
        first_at=at,
        last_at=at,
        last_address=more.pop("address", "10.20.9.2"),
        **more,
    )


def add_roles(count: int, administrator: Person, now: datetime) -> None:
    for number in range(count):
        at = now - timedelta(seconds=count - number)
        add_role(f"R{number:03}", description="", actor=actor_for(administrator), now=at)
