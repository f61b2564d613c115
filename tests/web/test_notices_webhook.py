"""The webhook channel on the Notices page: signing secret, URL, test messages."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from standardwebhooks import Webhook as Verifier

from clients_app.models import AuditEvent, Delivery, NoticeChannel, Tenant
from clients_app.services.notices import deliveries
from tests.responses import copyable_value, text_of, value_of
from tests.sinks import receiver

PAGE = "/security/notices"
WEBHOOK = {"url": "https://hooks.example.com/portal"}


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


def test_webhook_is_added_then_changed_in_the_audit_log(administrator_browser: Browser) -> None:
    for number in (1, 2):
        administrator_browser.post(
            f"{PAGE}/webhook", {"url": f"https://hooks.example.com/{number}"}
        )

    events = AuditEvent.objects.filter(action__startswith="channel.").order_by("sequence")
    assert [event.action for event in events] == ["channel.added", "channel.edited"]


def test_webhook_reload_creates_no_second_signing_secret(administrator_browser: Browser) -> None:
    administrator_browser.post(f"{PAGE}/webhook", WEBHOOK)
    sent = {"seen": value_of("seen", administrator_browser.get(PAGE))}

    first = administrator_browser.post(f"{PAGE}/webhook/secret", sent)
    second = administrator_browser.post(f"{PAGE}/webhook/secret", sent)

    assert copyable_value("id_signing_secret", first).startswith("whsec_")
    assert second.status_code == 303
    assert AuditEvent.objects.filter(action="channel.secret.renewed").count() == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("url", ["", "hooks", "http://hooks.example.com/", "https://u:p@a.b/"])
def test_webhook_invalid_url_is_kept(administrator_browser: Browser, url: str) -> None:
    reply = administrator_browser.post(f"{PAGE}/webhook", {"url": url})

    assert reply.status_code == 422
    assert "Enter an address" in text_of(reply)
    assert value_of("url", reply) == url
    assert not NoticeChannel.objects.exists()


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
    made = {"tenant": tenant, "channel": "mail", "created_at": now, "try_at": now}
    delivery = Delivery.objects.create(recipient="a@herons.example", state="failed", **made)

    assert "a@herons.example" not in text_of(stranger_browser.get(PAGE))
    assert stranger_browser.post(f"{PAGE}/messages/{delivery.pk}").status_code == 404


def version_of(page: Any, channel: str) -> str:
    """Return the stamp in the form of a channel."""
    form = text_of(page).split(f'action="{PAGE}/{channel}"')[1]
    return re.findall(r'name="version" value="([^"]*)"', form)[0]


@pytest.mark.parametrize("first", [None, "https://hooks.example.com/first"])
def test_webhook_of_an_older_tab_overwrites_nothing_unseen(
    administrator_browser: Browser, first: str | None
) -> None:
    if first:
        administrator_browser.post(f"{PAGE}/webhook", {"url": first})
    older = version_of(administrator_browser.get(PAGE), "webhook")
    newer = "https://hooks.example.com/newer"
    administrator_browser.post(f"{PAGE}/webhook", {"url": newer, "version": older})

    typed = {"url": "https://hooks.example.com/older", "version": older}
    reply = administrator_browser.post(f"{PAGE}/webhook", typed)
    assert reply.status_code == 422
    assert "mara changed this while the form was open." in text_of(reply)
    assert f"Now: {newer}" in text_of(reply)
    assert value_of("url", reply) == typed["url"]
    assert NoticeChannel.objects.get().settings == {"url": newer}
    removed = administrator_browser.post(f"{PAGE}/webhook/remove", {"version": older or "x"})
    assert removed.status_code == 303
    assert NoticeChannel.objects.exists()

    again = {**typed, "version": version_of(reply, "webhook")}
    assert administrator_browser.post(f"{PAGE}/webhook", again).status_code == 303
    assert NoticeChannel.objects.get().settings == {"url": typed["url"]}


def test_mail_of_an_older_tab_overwrites_nothing_unseen(administrator_browser: Browser) -> None:
    older = version_of(administrator_browser.get(PAGE), "mail")
    administrator_browser.post(f"{PAGE}/mail", {"version": older})
    newer = version_of(administrator_browser.get(PAGE), "mail")
    administrator_browser.post(f"{PAGE}/mail", {"mails_notices": "on", "version": newer})
    before = AuditEvent.objects.count()

    reply = administrator_browser.post(f"{PAGE}/mail", {"version": older})
    assert reply.status_code == 422
    assert "Now: Yes" in text_of(reply)
    assert AuditEvent.objects.count() == before
    same = administrator_browser.post(f"{PAGE}/mail", {"mails_notices": "on", "version": older})
    assert same.status_code == 303  # sent twice, it changes nothing
