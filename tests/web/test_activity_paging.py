"""Older and Newer in Activity: every row once, in order."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser

from clients_app.limits import PAGE_SIZE
from clients_app.models import AuditEvent, Person, TokenRefusal
from clients_app.services.roles.roles import add_role
from tests.actors import actor_for
from tests.conftest import Machine
from tests.responses import text_of
from tests.web.activity_rows import ACTIVITY, add_refusal, add_roles, list_events, rows_in

pytestmark = pytest.mark.both_databases


def link(reply: Any, words: str) -> str | None:
    found = re.search(rf'href="([^"]*)"[^>]*>{words}<', text_of(reply))
    return unescape(found[1]) if found else None


def pages_of(
    browser: Browser, administrator: Person, now: datetime
) -> Iterator[tuple[str, list[str]]]:
    """Yield address and rows of each page, newest first; a new event follows each page."""
    address: str | None = f"{ACTIVITY}?when=day"
    while address:
        reply = browser.get(address)
        yield address, rows_in(reply)
        role = f"Meanwhile {uuid4()}"
        add_role(role, description="", actor=actor_for(administrator), now=now)
        address = link(reply, "Older events")


def moment_of(row: str) -> tuple[bool, str]:
    """Return the sort key of a row across days."""
    return "Today" in row, re.search(r"\d\d:\d\d:\d\d", row)[0]


def test_older_and_newer_show_each_row_once_in_order(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    """Pages are positioned by key, so new events move nothing."""
    count = 2 * PAGE_SIZE + 10
    add_roles(count, administrator, now)
    causes = list(TokenRefusal.Cause)[:5]
    for number, cause in enumerate(causes):
        add_refusal(machine, now - timedelta(seconds=20 * number + 5), cause=cause)

    pages = list(pages_of(administrator_browser, administrator, now))

    seen = [one for _, found in pages for one in found]
    roles = [found[1] for one in seen if (found := re.search(r"Added role (R\d+)", one))]
    assert roles == [f"R{number:03}" for number in reversed(range(count))]
    assert sum("refused" in one for one in seen) == len(causes)
    assert [len(found) for _, found in pages[:2]] == [PAGE_SIZE, PAGE_SIZE]
    moments = [moment_of(one) for one in seen if "Role R" in one or "refused" in one]
    assert moments == sorted(moments, reverse=True)


def test_newer_leads_to_events_recorded_since(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    add_roles(2 * PAGE_SIZE + 10, administrator, now)
    add_refusal(machine, now - timedelta(seconds=PAGE_SIZE))
    pages = list(pages_of(administrator_browser, administrator, now))

    second = administrator_browser.get(link(administrator_browser.get(pages[2][0]), "Newer events"))
    first = administrator_browser.get(link(second, "Newer events"))
    top = administrator_browser.get(link(first, "Newer events"))

    assert (rows_in(second), rows_in(first)) == (pages[1][1], pages[0][1])
    assert "Meanwhile" in rows_in(top)[0]
    assert link(top, "Newer events") is None


def test_footer_counts_matching_events(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    add_roles(PAGE_SIZE + 1, administrator, now)
    add_refusal(machine, now)

    def footer(query: str) -> str:
        text = text_of(administrator_browser.get(query))
        return re.search(r'role="status">([^<]*events?\.)<', text)[1]

    assert footer(f"{ACTIVITY}?kind=roles") == "50 of 51 events."
    assert footer(f"{ACTIVITY}?kind=refused-tokens") == "1 of 1 event."
    everything = AuditEvent.objects.for_tenant(administrator.tenant_id).count() + 1
    assert footer(f"{ACTIVITY}?when=always") == f"50 of {everything} events."


@pytest.mark.parametrize("place", ["x", "1-2", "-1-0-0", "9" * 30 + "-0-0", "1-" + "9" * 18 + "-1"])
def test_page_position_invalid_shows_the_first_page(administrator_browser: Browser, place: str):
    everything = list_events(administrator_browser)
    assert list_events(administrator_browser, below=place) == everything
    assert list_events(administrator_browser, above=place) == everything
