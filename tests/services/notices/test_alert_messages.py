"""What alerts say, by mail and webhook; how many are sent; what Activity records."""

import json
import re
from datetime import timedelta

import pytest

from clients_app.audit.sentences import sentence
from clients_app.models import (
    AuditEvent,
    Client,
    ClientOwner,
    Delivery,
    NoticeChannel,
    Person,
    Tenant,
)
from clients_app.rules.alerts import AlertKind
from clients_app.selectors.clients.filters import clients_of
from clients_app.selectors.clients.shows import Show
from clients_app.services.alerts.watch import watch
from clients_app.services.notices import deliveries
from tests.at_once import at_once
from tests.factories import insert_clients, insert_secrets, make_client, make_tenant
from tests.moments import NOW
from tests.portal_process import CHECKOUT
from tests.services.notices.alert_cases import begin, sent
from tests.sinks import MailSink, Receiver

HOUR = timedelta(hours=1)


def begin_many(tenant: Tenant, count: int, name: str = "Pump") -> list[Client]:
    clients = insert_clients([f"{name} {number:03}" for number in range(count)], tenant)
    for client in clients:
        begin(client)
    return clients


def test_alerts_go_to_owners_contact_and_administrators(
    tenant: Tenant, mara: Person, owner: Person, sink: MailSink
) -> None:
    pumps = make_client("Pumps", tenant, contact="night@herons.example").client
    ClientOwner.objects.create(client=pumps, person=owner)
    begin(pumps)
    begin(make_client("Weather", tenant).client)

    watch(now=NOW)

    assert sent() == [
        ("ines@herons.example", ["Pumps"], 0),
        ("mara@herons.example", ["Pumps", "Weather"], 0),
        ("night@herons.example", ["Pumps"], 0),
    ]


def test_many_alerts_become_ten_and_a_number_an_hour(
    tenant: Tenant, mara: Person, owner: Person, sink: MailSink
) -> None:
    clients = begin_many(tenant, 13)
    ClientOwner.objects.create(client=clients[0], person=owner)
    ClientOwner.objects.create(client=clients[12], person=owner)
    names = [client.name for client in clients]

    watch(now=NOW)
    assert sent() == [
        ("ines@herons.example", names[:1], 1),
        ("mara@herons.example", names[:10], 3),
    ]

    begin_many(tenant, 2, "Valve")
    watch(now=NOW + timedelta(minutes=59))
    assert len(sent()) == 2

    watch(now=NOW + HOUR)
    assert sent()[2:] == [("mara@herons.example", ["Valve 000", "Valve 001"], 0)]


def test_alerts_of_several_runs_share_the_limit(
    tenant: Tenant, mara: Person, sink: MailSink
) -> None:
    begin_many(tenant, 10)
    watch(now=NOW)
    begin_many(tenant, 2, "Valve")
    watch(now=NOW + timedelta(minutes=1))
    begin_many(tenant, 2, "Tank")
    watch(now=NOW + timedelta(minutes=2))

    assert [(len(names), more) for _, names, more in sent()] == [(10, 0), (0, 2)]


def test_alerts_of_each_tenant_have_their_own_limit(
    tenant: Tenant, mara: Person, sink: MailSink
) -> None:
    other = make_tenant("Cranes GmbH")
    begin_many(other, 30)
    begin_many(tenant, 1)

    watch(now=NOW)

    assert sent() == [("mara@herons.example", ["Pump 000"], 0)]


def test_activity_records_listed_alerts_and_the_number_of_others(
    tenant: Tenant, mara: Person
) -> None:
    clients = begin_many(tenant, 12)

    watch(now=NOW)

    events = AuditEvent.objects.filter(action__startswith="alert.").order_by("sequence")
    assert [event.client_id for event in events] == [
        *(client.pk for client in clients[:10]),
        None,
    ]
    assert sentence(events[0]) == "Alert: token requests are refused"
    assert {event.actor_kind for event in events} == {"system"}
    assert json.loads(events[10].canonical)["after"] == {"clients": 2}


def test_alert_mail_says_what_happened_and_what_to_do(
    tenant: Tenant, mara: Person, sink: MailSink
) -> None:
    Person.objects.filter(pk=mara.pk).update(time_zone="Europe/Berlin")
    pumps = make_client("Pumps & <Valves>", tenant).client
    (secret,) = insert_secrets(pumps, 1, description="Firmware", last_four="t4Vb")
    begin(pumps, secret=secret)
    begin(make_client("Weather", tenant).client, AlertKind.SILENT)
    begin(pumps, AlertKind.NEW_ADDRESS, secret=secret)
    watch(now=NOW)

    deliveries.attempt(Delivery.objects.get().pk, now=NOW)

    (message,) = sink.received
    assert message["Subject"] == "[Herons Ltd] 3 client alerts"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    address = f"http://localhost:8000/security/clients/{pumps.pk}"
    assert "* Pumps & <Valves>: secret expired (…t4Vb)\n" in text
    assert "  Since 23 Nov 2026, 12:00 CET, from 203.0.113.9\n" in text
    assert "  Last token 23 Nov 2026, 12:00 CET. The usual gap is 1 hour.\n" in text
    assert "* Pumps & <Valves>: Firmware …t4Vb\n  Used from 198.51.100.7, 23 Nov 2026" in text
    assert f"  {address}\n" in text
    assert f'<a href="{address}">Pumps &amp; &lt;Valves&gt;</a>: secret expired' in html
    assert "http://localhost:8000/security/notices" in text
    assert AuditEvent.objects.get(action="notice.sent").client_id is None


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (AlertKind.REFUSED, "[Herons Ltd] Pumps is refused tokens"),
        (AlertKind.SILENT, "[Herons Ltd] Pumps has stopped requesting tokens"),
        (AlertKind.NEW_ADDRESS, "[Herons Ltd] Pumps is used from a new address"),
    ],
)
def test_mail_about_one_alert_names_it_in_the_subject(
    tenant: Tenant, mara: Person, sink: MailSink, kind: AlertKind, subject: str
) -> None:
    client = make_client("Pumps", tenant).client
    begin(client, kind, secret=client.secrets.get())
    watch(now=NOW)

    deliveries.attempt(Delivery.objects.get().pk, now=NOW)

    assert sink.received[0]["Subject"] == subject
    assert AuditEvent.objects.get(action="notice.sent").client_id == client.pk


def test_mail_with_only_a_number_says_so(tenant: Tenant, mara: Person, sink: MailSink) -> None:
    begin_many(tenant, 10)
    watch(now=NOW)
    begin_many(tenant, 2, "Valve")
    watch(now=NOW + timedelta(minutes=1))

    deliveries.attempt(Delivery.objects.get(more=2).pk, now=NOW + timedelta(minutes=1))

    (message,) = sink.received
    assert message["Subject"] == "[Herons Ltd] 2 client alerts"
    text = message.get_body(("plain",)).get_content()
    assert "2 more alerts are not listed" in text
    assert "  http://localhost:8000/security/clients?show=alerted\n" in text
    listed = clients_of(tenant.pk, show=Show.ALERTED, now=NOW)
    assert listed.count() == 12
    assert "Pump" not in text


def test_example_of_an_alert_in_the_docs_has_the_fields_of_a_real_one(
    tenant: Tenant, hook: str, hooks: Receiver
) -> None:
    pumps = make_client("Pumps", tenant).client
    begin(pumps, secret=pumps.secrets.get())
    watch(now=NOW)
    deliveries.attempt(Delivery.objects.get().pk, now=NOW)
    sent = json.loads(hooks.received[0][1])
    text = (CHECKOUT / "docs/operations.md").read_text()
    found = re.search(r"```json\n(  \{\n    \"type\": \"client.alert\".*?)```", text, re.DOTALL)
    assert found
    example = json.loads(found[1])

    assert sent["type"] == example["type"]
    assert set(example["data"]) == set(sent["data"])
    (said,), (shown,) = sent["data"]["alerts"], example["data"]["alerts"]
    assert {name: type(value) for name, value in shown.items()} == {
        name: type(value) for name, value in said.items()
    }
    assert set(shown["secret"]) == set(said["secret"])
    assert said["url"] == f"http://localhost:8000/security/clients/{pumps.pk}"


@pytest.mark.django_db(transaction=True)
def test_alert_is_sent_once_by_several_workers(tenant: Tenant, mara: Person) -> None:
    NoticeChannel.objects.create(
        tenant=tenant, channel="webhook", shown="https://hooks.example.com/", set_at=NOW
    )
    begin_many(tenant, 3)

    at_once(4, lambda: watch(now=NOW))

    assert [len(names) for _, names, _ in sent()] == [3]
    assert AuditEvent.objects.filter(action="alert.refused").count() == 3
