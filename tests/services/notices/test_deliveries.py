"""Messages are sent to a real mail server and a real receiver, with every kind of answer."""

import json
from datetime import datetime

import pytest
from standardwebhooks import Webhook as Verifier

from clients_app.actors import Actor
from clients_app.models import AuditEvent, Delivery, Person, Tenant
from clients_app.services.notices import deliveries
from clients_app.services.notices.channel_settings import send_test
from clients_app.services.notices.schedule import queue_notices
from clients_app.services.secrets.changes import SecretDraft, remove_secret
from clients_app.services.secrets.rotation import rotate_secret
from tests.factories import insert_usage
from tests.moments import NOW
from tests.services.notices.conftest import expiring_client, in_days, outcomes, queued_message
from tests.sinks import MailSink, Receiver


def test_mail_arrives_as_text_and_html(tenant: Tenant, mara: Person, sink: MailSink) -> None:
    Person.objects.filter(pk=mara.pk).update(time_zone="Europe/Berlin")
    delivery = queued_message(tenant)

    deliveries.attempt(delivery.pk, now=NOW)

    (message,) = sink.received
    assert message["To"] == "mara@herons.example"
    assert message["From"] == "Portal <portal@localhost>"
    assert message["Subject"] == "[Herons Ltd] 1 client secret expires in 7 days"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    client_id = delivery.secrets[0]["client_id"]
    address = f"http://localhost:8000/security/clients/{client_id}/secrets"
    rotate = f"{address}/{delivery.secrets[0]['secret_id']}/rotate"
    told = "Expires in 7 days: 30 Nov 2026, 13:00 CET"
    assert text.startswith("Expires within 7 days\n")
    assert f"* Pumps & <Valves>: Firmware …t4Vb\n  {told}\n  Never used\n" in text
    assert f"  Rotate: {rotate}\n" in text
    assert f'<a href="{address}" style="font-weight: 600">Pumps &amp; &lt;Valves&gt;</a>' in html
    assert html.count(f'href="{rotate}"') == 1
    assert told in html
    assert "pcs_" not in text + html
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.finished_at) == ("sent", 1, NOW)
    assert outcomes() == [("notice.sent", "system")]


def test_mail_groups_secrets_by_urgency_and_says_when_they_were_used(
    tenant: Tenant, mara: Person, sink: MailSink
) -> None:
    soon = expiring_client("Soon", tenant, ends_at=in_days(7))
    expiring_client("Later", tenant, ends_at=in_days(30))
    insert_usage(soon.secrets.live(NOW).get(), NOW, tokens=1, last_at=in_days(6.5))
    queue_notices(tenant, now=NOW)

    deliveries.attempt(Delivery.objects.get().pk, now=in_days(6.75))

    text = sink.received[0].get_body(("plain",)).get_content()
    first, _, second = text.partition("Expires later")
    assert first.startswith("Expires within 24 hours")
    assert "Soon" in first
    assert "Expires in 6 hours" in first
    assert "Last used 6 hours ago" in first
    assert "Later" in second
    assert "Never used" in second


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize(("secrets", "more"), [(20, []), (21, ["+ 1"]), (45, ["+ 25"])])
def test_event_of_a_message_names_20_secrets_and_counts_the_others(
    tenant: Tenant, hook: str, hooks: Receiver, secrets: int, more: list[str]
) -> None:
    for number in range(secrets):
        expiring_client(f"Pump {number}", tenant, ends_at=in_days(7))
    queue_notices(tenant, now=NOW)

    deliveries.attempt(Delivery.objects.get().pk, now=NOW)

    said = json.loads(AuditEvent.objects.get(action="notice.sent").canonical)["after"]["secrets"]
    assert [one for one in said if one.startswith("Pump ")] == said[:20]
    assert said[20:] == more


@pytest.mark.parametrize(
    ("refusal", "state"),
    [("550 no such mailbox", "failed"), ("451 try again later", "waiting")],
)
def test_rejected_mail_fails(
    tenant: Tenant, mara: Person, sink: MailSink, refusal: str, state: str
) -> None:
    sink.refuse = refusal
    delivery = queued_message(tenant)

    deliveries.attempt(delivery.pk, now=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.answer, sink.received) == (state, refusal, [])


def test_a_test_message_is_marked_as_a_test(
    tenant: Tenant, mara: Person, actor: Actor, hook: str, hooks: Receiver, sink: MailSink
) -> None:
    now = datetime.now().astimezone()
    for channel in ("webhook", "mail"):
        sent = send_test(channel, email=mara.email, actor=actor, now=now)
        deliveries.attempt(sent.pk, now=now)

    ((headers, body),) = hooks.received
    assert Verifier(hook).verify(body, headers)["type"] == "test"
    assert sink.received[0]["Subject"] == "[Herons Ltd] This is a test"


def test_notices_of_a_replaced_secret_name_its_successor_and_ask_for_none(
    tenant: Tenant, actor: Actor, sink: MailSink, hook: str, hooks: Receiver
) -> None:
    client = expiring_client("Pumps", tenant, ends_at=in_days(40))
    replaced = client.secrets.live(NOW).get()
    draft = SecretDraft(description="Next", expires_at=in_days(200))
    rotate_secret(client, replaced.pk, draft, old_ends_at=in_days(7), actor=actor, now=NOW)
    expiring_client("Weather", tenant, ends_at=in_days(7))
    assert queue_notices(tenant, now=NOW) == 2
    for delivery in Delivery.objects.all():
        deliveries.attempt(delivery.pk, now=NOW)

    (message,) = sink.received
    assert message["Subject"] == "[Herons Ltd] 1 client secret expires in 7 days"
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    asked, told = text.split("Replaced:")
    assert "Rotate:" in asked
    assert ("Weather" in asked, "Pumps" in asked) == (True, False)
    assert "* Pumps: Firmware …t4Vb, replaced by Next …" in told
    assert "Rotate:" not in told
    assert "replaced by Next …" in html
    sent = json.loads(hooks.received[0][1])["data"]["secrets"]
    successors = {one["client"]: one["replaced_by"] for one in sent}
    assert successors["Weather"] is None
    assert successors["Pumps"]["description"] == "Next"


def test_mail_about_replaced_secrets_alone_says_so_in_its_subject(
    tenant: Tenant, actor: Actor, mara: Person, sink: MailSink
) -> None:
    client = expiring_client("Pumps", tenant, ends_at=in_days(40))
    replaced = client.secrets.live(NOW).get()
    draft = SecretDraft(description="Next", expires_at=in_days(200))
    new = rotate_secret(client, replaced.pk, draft, old_ends_at=in_days(7), actor=actor, now=NOW)
    queue_notices(tenant, now=NOW)
    deliveries.attempt(Delivery.objects.get().pk, now=NOW)

    (message,) = sink.received
    assert message["Subject"] == "[Herons Ltd] 1 replaced client secret ends"
    assert "Rotate:" not in message.get_body(("plain",)).get_content()

    remove_secret(client, new.secret.pk, actor=actor, now=NOW)
    queue_notices(tenant, now=in_days(6))
    deliveries.attempt(Delivery.objects.exclude(state="sent").get().pk, now=in_days(6))
    assert "Rotate:" in sink.received[1].get_body(("plain",)).get_content()
