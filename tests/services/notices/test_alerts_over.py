"""Messages about clients that are well again."""

import json
from datetime import timedelta

from clients_app.audit.sentences import sentence
from clients_app.models import Alert, AuditEvent, Client, Delivery, Person, Tenant
from clients_app.rules.alerts import AlertKind
from clients_app.services.alerts.watch import watch
from clients_app.services.notices import deliveries
from tests.factories import make_client
from tests.moments import NOW
from tests.services.notices.alert_cases import begin, sent
from tests.sinks import MailSink, Receiver

HOUR = timedelta(hours=1)


def test_clients_that_are_well_again_are_told_in_one_message(
    tenant: Tenant, mara: Person, sink: MailSink, hook: str, hooks: Receiver
) -> None:
    pumps, weather = (make_client(name, tenant).client for name in ("Pumps", "Weather"))
    begin(pumps)
    begin(weather, AlertKind.SILENT)
    muted = make_client("Muted", tenant).client
    begin(muted)
    watch(now=NOW)
    Delivery.objects.all().delete()
    Client.objects.update(last_token_at=NOW + HOUR)
    Client.objects.filter(pk=muted.pk).update(mutes_refused=True)

    watch(now=NOW + 2 * HOUR)
    watch(now=NOW + 3 * HOUR)

    assert not Alert.objects.exists()
    rows = list(Delivery.objects.order_by("channel"))
    assert [(row.channel, [one["client"] for one in row.alerts]) for row in rows] == [
        ("mail", ["Pumps", "Weather"]),
        ("webhook", ["Pumps", "Weather"]),
    ]
    for row in rows:
        deliveries.attempt(row.pk, now=NOW + 2 * HOUR)
    assert sink.received[0]["Subject"] == "[Herons Ltd] 2 clients get tokens again"
    text, html = (sink.received[0].get_body((one,)).get_content() for one in ("plain", "html"))
    for body in (text, html):
        assert "Recovered: these clients get tokens again." in body
        assert f"http://localhost:8000/security/clients/{pumps.pk}" in body
    told = json.loads(hooks.received[0][1])
    assert told["type"] == "client.alert.ended"
    assert [one["ended"] for one in told["data"]["alerts"]] == ["2026-11-23T14:00:00+00:00"] * 2
    events = AuditEvent.objects.filter(action="alert.over").order_by("sequence")
    assert [event.client_id for event in events] == [pumps.pk, weather.pk]
    assert sentence(events[0]) == "Alert over: tokens are issued again"


def test_alert_that_nobody_was_sent_ends_without_a_word(tenant: Tenant, mara: Person) -> None:
    pumps = make_client("Pumps", tenant).client
    begin(pumps, due_at=NOW + HOUR)
    Client.objects.update(last_token_at=NOW)

    watch(now=NOW)

    assert (sent(), Alert.objects.count()) == ([], 0)
