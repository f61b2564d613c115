"""Notices: what each person sees and may set, and the private calendar address."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, CalendarFeed, NoticeChannel, Person, Tenant
from clients_app.services.notices.table import CHANNELS
from tests.conftest import browser_of
from tests.responses import text_of

PAGE = "/security/notices"
OPERATIONS = ("mail", "webhook/test", "webhook", "webhook/secret", "webhook/remove")
WEBHOOK = {"url": "https://hooks.example.com/portal"}


def test_notices_administrator_sees_all_parts(administrator_browser: Browser) -> None:
    reply = administrator_browser.get(PAGE)

    assert reply.status_code == 200
    headings = re.findall(r'<h2 id="notices-\w+">([^<]+)', text_of(reply))
    channels = [str(channel.label) for channel in CHANNELS.values()]
    assert headings == [*channels, "Alerts", "Calendar", "Messages"]
    assert "MAIL_URL is not set on this server" in text_of(reply)
    assert "Notices are sent 30, 14, 7 and 1 days before a secret expires" in text_of(reply)


def test_notices_viewer_sees_only_their_calendar(colleague_browser: Browser) -> None:
    reply = colleague_browser.get(PAGE)

    assert re.findall(r'<h2 id="notices-\w+">([^<]+)', text_of(reply)) == ["Calendar"]


@pytest.mark.parametrize(
    "operation", [*OPERATIONS, "messages/00000000-0000-4000-8000-000000000000"]
)
def test_notices_settings_by_a_viewer_are_refused(
    colleague_browser: Browser, operation: str
) -> None:
    reply = colleague_browser.post(f"{PAGE}/{operation}", WEBHOOK)

    assert reply.status_code == 403
    assert not NoticeChannel.objects.exists()


@pytest.mark.parametrize("operation", [*OPERATIONS, "calendar", "calendar/remove"])
def test_notices_get_of_an_operation_only_shows_the_page(
    administrator_browser: Browser, operation: str
) -> None:
    before = AuditEvent.objects.count()

    reply = administrator_browser.get(f"{PAGE}/{operation}")

    assert (reply.status_code, reply["Location"]) == (303, PAGE)
    assert AuditEvent.objects.count() == before


@pytest.mark.both_databases
def test_mail_channel_is_turned_off_and_on(administrator_browser: Browser, tenant: Tenant) -> None:
    for sent, on in (({}, False), ({"mails_notices": "on"}, True)):
        reply = administrator_browser.post(f"{PAGE}/mail", sent)
        assert (reply.status_code, reply["Location"]) == (303, PAGE)
        row = NoticeChannel.objects.get(tenant=tenant, channel="mail")
        assert row.settings == {"mails_notices": on}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "part", ["webhook", "webhook/secret", "webhook/remove", "calendar", "calendar/remove"]
)
def test_notices_sensitive_operations_ask_for_proof(
    administrator: Person, administrator_browser: Browser, part: str
) -> None:
    administrator_browser.post(f"{PAGE}/webhook", WEBHOOK)
    administrator_browser.post(f"{PAGE}/calendar", {"seen": ""})
    webhook, feed = NoticeChannel.objects.get(), CalendarFeed.objects.get()
    seen = feed.created_at if part == "calendar" else webhook.set_at
    rows = NoticeChannel.objects.values().get(), CalendarFeed.objects.values().get()
    browser = browser_of(administrator, proof_age=timedelta(minutes=11))

    typed = {"url": "https://other.example.com/", "seen": seen.isoformat()}
    reply = browser.post(f"{PAGE}/{part}", typed)

    assert "Confirm your identity" in text_of(reply)
    assert NoticeChannel.objects.values().get() == rows[0]
    assert CalendarFeed.objects.values().get() == rows[1]


def test_mail_test_without_an_address_is_refused(
    administrator_browser: Browser, settings: Any
) -> None:
    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}

    reply = administrator_browser.post(f"{PAGE}/mail/test")

    assert reply.status_code == 422
    assert "no email address" in text_of(reply)
