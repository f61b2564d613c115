"""Notices about public keys and federated identities, which expire as secrets do."""

import json
from datetime import timedelta

import pytest
from icalendar import Calendar

from clients_app.models import AuditEvent, Client, ClientOwner, Delivery, Notice, Person, Tenant
from clients_app.selectors.notices.expirations import calendar_credentials
from clients_app.services.notices import deliveries
from clients_app.services.notices.calendar import calendar_of
from clients_app.services.notices.schedule import queue_notices
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_usage
from tests.moments import NOW
from tests.services.notices.conftest import expiring_client, in_days
from tests.sinks import MailSink, Receiver


@pytest.fixture
def pumps(tenant: Tenant) -> Client:
    """A client with a key that ends in 7 days, one that is replaced, and an identity."""
    [client] = insert_clients(["Pumps"], tenant)
    [key, old] = insert_keys(client, 2, expires_at=in_days(7))
    client.keys.filter(pk=key.pk).update(description="Gateway 7", thumbprint="a" * 43)
    client.keys.filter(pk=old.pk).update(description="Old")
    insert_keys(client, 1, expires_at=in_days(400), description="New", replaces=old)
    insert_identities(client, 1, expires_at=in_days(1), description="Nightly job")
    insert_usage(key, NOW, last_at=NOW)
    return client


def test_webhook_lists_keys_and_identities_beside_secrets(
    tenant: Tenant, hook: str, hooks: Receiver, pumps: Client
) -> None:
    expiring_client("Valves", tenant, ends_at=in_days(7))

    assert queue_notices(tenant, now=NOW) == 4
    assert queue_notices(tenant, now=NOW) == 0  # each stage once
    deliveries.attempt(Delivery.objects.get().pk, now=NOW)

    ((_, body),) = hooks.received
    data = json.loads(body)["data"]
    assert [one["client"] for one in data["secrets"]] == ["Valves"]
    told = {one["description"]: one for one in data["keys"]}
    key = pumps.keys.get(description="Gateway 7")
    assert told["Gateway 7"] == {
        "client_id": str(pumps.pk),
        "client": "Pumps",
        "key_id": key.pk,
        "description": "Gateway 7",
        "thumbprint": "a" * 43,
        "jwks_url": "",
        "expires_at": in_days(7).isoformat(),
        "replaced_by": None,
        "url": f"http://localhost:8000/security/clients/{pumps.pk}/secrets",
        "days": 7,
    }
    assert told["Old"]["replaced_by"]["description"] == "New"
    [identity] = data["identities"]
    assert (identity["subject_rule"], identity["days"]) == ("job:build", 1)
    assert Notice.objects.filter(secret=None).count() == 3
    event = json.loads(AuditEvent.objects.get(action="notice.sent").canonical)
    assert "Pumps: public key Gateway 7" in event["after"]["credentials"]


def test_mail_names_them_and_says_where_to_act(
    tenant: Tenant, mara: Person, sink: MailSink, pumps: Client
) -> None:
    queue_notices(tenant, now=NOW)

    deliveries.attempt(Delivery.objects.get().pk, now=NOW)

    (message,) = sink.received
    assert message["Subject"] == (
        "[Herons Ltd] 2 client credentials expire soon, the first in 1 day"
    )
    text = message.get_body(("plain",)).get_content()
    address = f"http://localhost:8000/security/clients/{pumps.pk}"
    key = pumps.keys.get(description="Gateway 7")
    assert "* Pumps: public key Gateway 7\n" in text
    assert f"Rotate: {address}/keys/{key.pk}/rotate\n" in text
    assert "Last used" in text
    identity = pumps.identities.get()
    assert "* Pumps: federated identity Nightly job\n" in text
    assert f"Edit: {address}/identities/{identity.pk}/edit\n" in text
    assert "* Pumps: public key Old, replaced by public key New\n" in text


def test_mail_after_the_end_says_what_to_add(
    tenant: Tenant, mara: Person, sink: MailSink, pumps: Client
) -> None:
    later = in_days(7.5)
    queue_notices(tenant, now=later)

    deliveries.attempt(Delivery.objects.get().pk, now=later)

    text = sink.received[0].get_body(("plain",)).get_content()
    assert "Expired: these no longer work" in text
    assert f"Add Public Key: http://localhost:8000/security/clients/{pumps.pk}/keys/add\n" in text


def test_removed_and_endless_ones_get_no_notice(tenant: Tenant, mara: Person, sink, pumps) -> None:
    pumps.keys.update(removed_at=NOW)
    pumps.identities.update(expires_at=None)

    assert queue_notices(tenant, now=NOW) == 0


def test_calendar_has_their_ends_for_those_who_may_see_them(
    tenant: Tenant, owner: Person, pumps: Client
) -> None:
    assert calendar_credentials(owner, sees_all=False, now=NOW) == []
    ClientOwner.objects.create(client=pumps, person=owner)

    shown = calendar_credentials(owner, sees_all=False, now=NOW)
    calendar = Calendar.from_ical(calendar_of("Herons Ltd", shown, now=NOW))

    events = {str(event["uid"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}
    assert sorted(str(event["summary"]) for event in events.values()) == [
        "Federated identity of Pumps expires",
        "Public key of Pumps expires",
        "Public key of Pumps expires",
        "Replaced public key of Pumps ends",
    ]
    event = events[f"key-{pumps.keys.get(description='Gateway 7').pk}"]
    assert event.decoded("dtstart") == in_days(7)
    assert "Gateway 7" in event["description"]
    assert len(shown) == 4  # with the one that lasts longer
    assert shown[0].expires_at - NOW == timedelta(days=1)
