"""Notices: what each person sees and may set, and the private calendar address."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from icalendar import Calendar
from standardwebhooks import Webhook as Verifier

from clients_app.models import (
    AuditEvent,
    CalendarFeed,
    ClientOwner,
    Delivery,
    NoticeChannel,
    Person,
    Tenant,
)
from clients_app.services.notices import deliveries
from tests.conftest import Machine, browser_of
from tests.factories import insert_clients, insert_secrets
from tests.responses import text_of, value_of
from tests.sinks import receiver

PAGE = "/security/notices"
OPERATIONS = ("mail", "webhook/test", "webhook", "webhook/secret", "webhook/remove")
WEBHOOK = {"url": "https://hooks.example.com/portal"}


def copyable_value(name: str, reply: Any) -> str:
    """Return the value that a response offers to copy."""
    found = re.search(rf'<code id="{name}"[^>]*>([^<]+)</code>', text_of(reply))
    assert found, text_of(reply)
    return found[1]


def test_notices_administrator_sees_all_parts(administrator_browser: Browser) -> None:
    reply = administrator_browser.get(PAGE)

    assert reply.status_code == 200
    headings = re.findall(r'<h2 id="notices-\w+">([^<]+)', text_of(reply))
    assert headings == ["Mail", "Webhook", "Calendar", "Messages"]
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


def test_mail_channel_is_turned_off_and_on(administrator_browser: Browser, tenant: Tenant) -> None:
    for sent, on in (({}, False), ({"mails_notices": "on"}, True)):
        reply = administrator_browser.post(f"{PAGE}/mail", sent)
        assert (reply.status_code, reply["Location"]) == (303, PAGE)
        row = NoticeChannel.objects.get(tenant=tenant, channel="mail")
        assert row.settings == {"mails_notices": on}


def test_webhook_signing_secret_is_shown_once(
    administrator_browser: Browser, dump_of_every_table: Any
) -> None:
    reply = administrator_browser.post(f"{PAGE}/webhook", WEBHOOK)

    secret = copyable_value("id_signing_secret", reply)
    Verifier(secret)  # the library accepts it
    assert "no-store" in reply["Cache-Control"]
    assert secret not in text_of(administrator_browser.get(PAGE))
    assert secret[6:] not in dump_of_every_table()
    again = administrator_browser.post(f"{PAGE}/webhook", WEBHOOK)  # as a reload sends it
    assert again.status_code == 303


def test_webhook_reload_creates_no_second_signing_secret(administrator_browser: Browser) -> None:
    administrator_browser.post(f"{PAGE}/webhook", WEBHOOK)
    sent = {"seen": value_of("seen", administrator_browser.get(PAGE))}

    first = administrator_browser.post(f"{PAGE}/webhook/secret", sent)
    second = administrator_browser.post(f"{PAGE}/webhook/secret", sent)

    assert copyable_value("id_signing_secret", first).startswith("whsec_")
    assert second.status_code == 303
    assert AuditEvent.objects.filter(action="channel.secret.renewed").count() == 1


@pytest.mark.parametrize("url", ["", "hooks", "http://hooks.example.com/", "https://u:p@a.b/"])
def test_webhook_invalid_url_is_kept(administrator_browser: Browser, url: str) -> None:
    reply = administrator_browser.post(f"{PAGE}/webhook", {"url": url})

    assert reply.status_code == 422
    assert "Enter an address" in text_of(reply)
    assert value_of("url", reply) == url
    assert not NoticeChannel.objects.exists()


@pytest.mark.parametrize(
    "part", ["webhook", "webhook/secret", "webhook/remove", "calendar", "calendar/remove"]
)
def test_notices_sensitive_operations_ask_for_proof(
    administrator: Person, administrator_browser: Browser, part: str
) -> None:
    administrator_browser.post(f"{PAGE}/webhook", WEBHOOK)
    administrator_browser.post(f"{PAGE}/calendar", {"seen": ""})
    webhook, feed = NoticeChannel.objects.get(), CalendarFeed.objects.get()
    seen = feed.made_at if part == "calendar" else webhook.set_at
    rows = NoticeChannel.objects.values().get(), CalendarFeed.objects.values().get()
    browser = browser_of(administrator, proof_age=timedelta(minutes=11))

    typed = {"url": "https://other.example.com/", "seen": seen.isoformat()}
    reply = browser.post(f"{PAGE}/{part}", typed)

    assert "Confirm your identity" in text_of(reply)
    assert NoticeChannel.objects.values().get() == rows[0]
    assert CalendarFeed.objects.values().get() == rows[1]


def test_webhook_test_shows_response_and_retry(
    administrator_browser: Browser, settings: Any, now: datetime
) -> None:
    with receiver() as hooks:
        settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
        hooks.status, hooks.body = 410, b"<b>gone</b>"
        administrator_browser.post(f"{PAGE}/webhook", {"url": hooks.url})
        administrator_browser.post(f"{PAGE}/webhook/test")
        delivery = Delivery.objects.get()
        assert ">Waiting<" in text_of(administrator_browser.get(PAGE))

        deliveries.attempt(delivery.pk, now=delivery.try_at)
        page = text_of(administrator_browser.get(PAGE))
        assert "Failed: HTTP 410 &lt;b&gt;gone&lt;/b&gt;" in page

        hooks.status = 200
        retry = f"{PAGE}/messages/{delivery.pk}"
        assert administrator_browser.post(retry).status_code == 303
        delivery.refresh_from_db()
        deliveries.attempt(delivery.pk, now=delivery.try_at)
        assert ">Sent<" in text_of(administrator_browser.get(PAGE))
        assert administrator_browser.post(retry).status_code == 422


def test_webhook_url_token_is_shown_only_in_its_form(
    administrator_browser: Browser,
    settings: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.AUDIT_STREAM = str(tmp_path / "stream")
    caplog.set_level("DEBUG")
    with receiver() as hooks:
        settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
        hooks.status, hooks.body = 404, b"Cannot POST /hook/T0K3N-one?key=T0K3N-two"
        for path in ("/T0K3N-none", "/T0K3N-one?key=T0K3N-two"):
            administrator_browser.post(f"{PAGE}/webhook", {"url": hooks.url + path})
        administrator_browser.post(f"{PAGE}/webhook/test")
        delivery = Delivery.objects.get()
        for _ in range(7):
            deliveries.attempt(delivery.pk, now=delivery.try_at)
            delivery.refresh_from_db()
        administrator_browser.post(f"{PAGE}/messages/{delivery.pk}")
    reply = administrator_browser.get(PAGE)
    administrator_browser.post(f"{PAGE}/webhook/secret", {"seen": value_of("seen", reply)})
    administrator_browser.post(f"{PAGE}/webhook/remove")

    shown = text_of(reply).replace(value_of("url", reply) or "nothing", "")
    shown += text_of(administrator_browser.get("/security/activity"))
    for kind in ("csv", "jsonl"):
        reply = administrator_browser.post("/security/activity/export", {"format": kind})
        shown += b"".join(reply.streaming_content).decode()
    for event in AuditEvent.objects.all():
        shown += text_of(
            administrator_browser.get(f"/admin/clients_app/auditevent/{event.pk}/change/")
        )
        shown += event.canonical
    assert shown.count(f"http://127.0.0.1:{hooks.port} (path hidden, ") > 20
    assert "HTTP 404 Cannot POST" in shown
    assert "T0K3N" not in shown + caplog.text


def test_messages_of_another_tenant_are_hidden(
    administrator_browser: Browser, stranger_browser: Browser, tenant: Tenant, now: datetime
) -> None:
    made = {"tenant": tenant, "channel": "mail", "made_at": now, "try_at": now}
    delivery = Delivery.objects.create(recipient="a@herons.example", state="failed", **made)

    assert "a@herons.example" not in text_of(stranger_browser.get(PAGE))
    assert stranger_browser.post(f"{PAGE}/messages/{delivery.pk}").status_code == 404


def test_mail_test_without_an_address_is_refused(
    administrator_browser: Browser, settings: Any
) -> None:
    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}

    reply = administrator_browser.post(f"{PAGE}/mail/test")

    assert reply.status_code == 422
    assert "no e-mail address" in text_of(reply)


def new_calendar_path(browser: Browser) -> str:
    """Return the path of a new calendar address."""
    seen = value_of("seen", browser.get(PAGE)) or ""
    return copyable_value(
        "id_calendar_address", browser.post(f"{PAGE}/calendar", {"seen": seen})
    ).replace("http://localhost:8000", "")


def summaries(reply: Any) -> list[str]:
    """Return the summaries of a calendar as a calendar program reads them."""
    assert (reply.status_code, reply["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return [str(event["summary"]) for event in Calendar.from_ical(reply.content).walk("VEVENT")]


def test_calendar_shows_only_what_its_person_may_see(
    administrator_browser: Browser,
    colleague_browser: Browser,
    colleague: Person,
    machine: Machine,
    browser: Browser,
    now: datetime,
) -> None:
    mine, other = insert_clients(["Pumps; north, south", "Weather"], machine.client.tenant)
    ClientOwner.objects.create(client=mine, person=colleague)
    for client in (mine, other):
        insert_secrets(client, 1, expires_at=now + timedelta(days=9))
        insert_secrets(client, 1, expires_at=now - timedelta(days=31))
        insert_secrets(client, 1, expires_at=None)
        insert_secrets(client, 1, expires_at=now + timedelta(days=9), removed_at=now)

    all_of_it = browser.get(new_calendar_path(administrator_browser))
    own = browser.get(new_calendar_path(colleague_browser))

    assert summaries(all_of_it) == [
        "Client Secret of Pumps; north, south expires",
        "Client Secret of Weather expires",
        "Client Secret of Wind park reader expires",
    ]
    assert summaries(own) == ["Client Secret of Pumps; north, south expires"]
    (event,) = Calendar.from_ical(own.content).walk("VEVENT")
    assert event["dtstart"].dt == (now + timedelta(days=9)).replace(microsecond=0)
    assert event["url"] == f"http://localhost:8000/security/clients/{mine.pk}/secrets"
    assert "no-store" in own["Cache-Control"]


def test_calendar_address_is_stored_as_a_digest_and_revocable(
    colleague_browser: Browser, browser: Browser, dump_of_every_table: Any
) -> None:
    first = new_calendar_path(colleague_browser)
    key = first.removeprefix("/calendar/").removesuffix(".ics")
    assert len(key) == 43
    assert key not in dump_of_every_table()
    assert browser.get(first).status_code == 200

    second = new_calendar_path(colleague_browser)
    assert [browser.get(one).status_code for one in (first, second)] == [404, 200]

    colleague_browser.post(f"{PAGE}/calendar/remove")
    assert browser.get(second).status_code == 404
    assert colleague_browser.post(f"{PAGE}/calendar/remove").status_code == 303


def test_calendar_of_a_deactivated_person_is_not_found(
    colleague_browser: Browser, colleague: Person, browser: Browser
) -> None:
    address = new_calendar_path(colleague_browser)
    Person.objects.filter(pk=colleague.pk).update(is_active=False)

    assert browser.get(address).status_code == 404
