"""Each page of the portal: no inline code, and no foreign or stale form."""

import re
from datetime import datetime

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, Person
from tests.conftest import Machine, browser_of
from tests.matrix_rows import GUARDED, ROWS, STALE
from tests.portal_process import PASSWORD
from tests.reach import Reach, reach_of
from tests.test_matrix import status

pytestmark = pytest.mark.one_database


@pytest.fixture
def reach(machine: Machine, now: datetime) -> Reach:
    return reach_of(machine, now)


def test_form_of_another_site_is_refused(administrator: Person, reach: Reach) -> None:
    browser = browser_of(administrator)
    browser.handler.enforce_csrf_checks = True

    for route, row in GUARDED.items():
        expected = 405 if row.post == 405 else 403
        assert status(browser, "POST", reach(route)) in (expected, 403), route


@pytest.mark.sweep(on="postgresql")
@pytest.mark.both_databases
def test_stale_form_is_explained_and_does_nothing(administrator: Person, reach: Reach) -> None:
    """The form or its page comes back filled; nothing happens until the next press."""
    browser = browser_of(administrator)
    browser.handler.enforce_csrf_checks = True
    headers = {"Sec-Fetch-Site": "same-origin"}

    wrong = []
    for route in STALE:
        events = AuditEvent.objects.count()
        reply = browser.post(reach(route), headers=headers)
        shown = browser.get("/account") if reply.status_code == 303 else reply
        says_so = "This page was out of date." in shown.content.decode()
        if not (says_so or reply.status_code == 404) or AuditEvent.objects.count() != events:
            wrong.append(f"{route}: {reply.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.sweep(on="postgresql")
@pytest.mark.both_databases
def test_page_has_no_inline_code_or_foreign_source_or_password(
    administrator_browser: Browser, administrator: Person, reach: Reach
) -> None:
    """No inline style or script, nothing from other sites, no password (SEC-3, WEB-6 and
    WEB-10)."""
    for route in ROWS:
        text = administrator_browser.get(reach(route)).content.decode()
        own = r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:"
        assert not re.search(own, text), route
        loaded = re.findall(r'<(?:script|link|img|use|iframe)[^>]*(?:src|href)="([^"]*)"', text)
        ours = ("/", "#", "?", "data:image/")
        assert not [link for link in loaded if not link.startswith(ours)], route
        assert administrator.password not in text, route
        assert PASSWORD not in text, route
