"""Which notices are queued, for whom, when, and only once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from clients_app.actors import Actor
from clients_app.models import Client, ClientOwner, Delivery, Notice, Person, Tenant
from clients_app.rules.webhook_urls import shown_url
from clients_app.services.notices.channel_settings import set_channel
from clients_app.services.notices.schedule import queue_daily_notices, queue_notices
from clients_app.services.secrets.changes import SecretDraft, edit_secret
from tests.actors import command_line_in
from tests.conftest import Machine
from tests.factories import insert_clients, insert_secrets, make_tenant
from tests.moments import NOW
from tests.services.notices.conftest import expiring_client, in_days
from tests.sinks import MailSink, Receiver


def mails() -> dict[str, list[str]]:
    """Return the names of the clients in the mail to each address."""
    return {
        delivery.recipient: [one["client"] for one in delivery.secrets]
        for delivery in Delivery.objects.filter(channel="mail").order_by("recipient")
    }


def own(client: Client, person: Person) -> None:
    ClientOwner.objects.create(client=client, person=person)


def test_each_reader_gets_one_mail_with_all_their_secrets(
    tenant: Tenant, mara: Person, owner: Person, sink: MailSink
) -> None:
    own(expiring_client("Pumps", tenant, ends_at=in_days(7), contact="night@herons.example"), owner)
    own(expiring_client("Weather", tenant, ends_at=in_days(1), contact="Building 4"), owner)
    expiring_client("Valves", tenant, ends_at=in_days(30), contact="INES@herons.example")

    assert queue_notices(tenant, now=NOW) == 3

    assert mails() == {
        "ines@herons.example": ["Weather", "Pumps", "Valves"],
        "mara@herons.example": ["Weather", "Pumps", "Valves"],
        "night@herons.example": ["Pumps"],
    }
    assert sorted(Notice.objects.values_list("days", flat=True)) == [1, 7, 30]


def test_inactive_people_and_people_without_address_get_no_mail(
    tenant: Tenant, mara: Person, owner: Person, colleague: Person, sink: MailSink
) -> None:
    client = expiring_client("Pumps", tenant, ends_at=in_days(7))
    own(client, owner)
    own(client, colleague)
    Person.objects.filter(pk=owner.pk).update(is_active=False)

    queue_notices(tenant, now=NOW)

    assert list(mails()) == ["mara@herons.example"]


def test_each_stage_is_queued_once(tenant: Tenant, mara: Person, sink: MailSink) -> None:
    expiring_client("Pumps", tenant, ends_at=in_days(30))

    queued = {days: queue_notices(tenant, now=in_days(30 - days)) for days in range(32, -10, -1)}

    assert {days for days, number in queued.items() if number} == {30, 14, 7, 1, 0}
    assert queue_notices(tenant, now=NOW) == 0
    assert Delivery.objects.count() == 5


def test_a_secret_with_a_new_expiry_gets_another_notice(
    tenant: Tenant, mara: Person, sink: MailSink
) -> None:
    client = expiring_client("Pumps", tenant, ends_at=in_days(7))
    queue_notices(tenant, now=NOW)
    secret = client.secrets.get(removed_at=None)

    draft = SecretDraft(description="", expires_at=in_days(6))
    edit_secret(client, secret.pk, draft, actor=command_line_in(tenant), now=NOW)

    assert queue_notices(tenant, now=NOW) == 1


@pytest.mark.parametrize("change", ["removed secret", "removed client", "other tenant", "never"])
def test_secrets_that_do_not_expire_get_no_notice(
    tenant: Tenant, mara: Person, sink: MailSink, change: str
) -> None:
    client = expiring_client("Pumps", tenant, ends_at=in_days(7))
    if change == "removed secret":
        client.secrets.update(removed_at=NOW)
    elif change == "removed client":
        Client.objects.filter(pk=client.pk).update(removed_at=NOW)
    elif change == "never":
        client.secrets.update(expires_at=None)
    else:
        tenant = make_tenant("Cranes GmbH")

    assert queue_notices(tenant, now=NOW) == 0
    assert not Delivery.objects.exists()


def test_without_a_working_channel_no_notice_is_recorded(
    tenant: Tenant, mara: Person, actor: Actor, settings: Any
) -> None:
    expiring_client("Pumps", tenant, ends_at=in_days(7))
    assert queue_notices(tenant, now=NOW) == 0

    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}
    set_channel("mail", {"mails_notices": False}, actor=actor, now=NOW)
    assert queue_notices(tenant, now=NOW) == 0

    set_channel("mail", {"mails_notices": True}, actor=actor, now=NOW)
    assert queue_notices(tenant, now=NOW) == 1


def test_the_webhook_gets_one_message_with_all_secrets(
    tenant: Tenant, actor: Actor, hooks: Receiver
) -> None:
    expiring_client("Pumps", tenant, ends_at=in_days(7))
    expiring_client("Weather", tenant, ends_at=in_days(0.4))
    set_channel("webhook", {"url": hooks.url}, actor=actor, now=NOW)

    queue_notices(tenant, now=NOW)

    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.recipient) == ("webhook", shown_url(hooks.url))
    assert [one["client"] for one in delivery.secrets] == ["Weather", "Pumps"]


def test_notices_are_queued_once_a_day_from_the_hour_in_the_installations_zone(
    tenant: Tenant, mara: Person, sink: MailSink
) -> None:
    expiring_client("Pumps", tenant, ends_at=in_days(7))
    with override_settings(TIME_ZONE="Asia/Singapore", NOTICE_HOUR=8):  # UTC+8: 8:00 there is 0:00
        queue_daily_notices(now=datetime.fromisoformat("2026-11-22T23:59:59Z"))
        assert not Delivery.objects.exists()

        queue_daily_notices(now=datetime.fromisoformat("2026-11-23T00:00:00Z"))
        assert Delivery.objects.count() == 1

        expiring_client("Weather", tenant, ends_at=in_days(7))
        queue_daily_notices(now=datetime.fromisoformat("2026-11-23T15:59:59Z"))
        assert Delivery.objects.count() == 1

        queue_daily_notices(now=datetime.fromisoformat("2026-11-24T00:00:00Z"))
        assert Delivery.objects.count() == 2

        expiring_client("Pits", tenant, ends_at=in_days(9))
        queue_daily_notices(now=datetime.fromisoformat("2026-11-25T05:00:00Z"))  # was down at 8:00
        assert Delivery.objects.count() == 3


def test_number_of_queries_is_constant(tenant: Tenant, mara: Person, sink: MailSink) -> None:
    def queries(day: int, clients: int) -> int:
        for client in insert_clients([f"{day} {n}" for n in range(clients)], tenant):
            insert_secrets(client, 1, expires_at=in_days(day + 7))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert queue_notices(tenant, now=in_days(day)) >= clients
        return len(captured)

    assert queries(day=100, clients=1) == queries(day=200, clients=40)


def test_many_secrets_are_queued_in_pieces(
    tenant: Tenant, mara: Person, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients_app.services.notices.schedule.PIECE", 2)
    for name in "ABCDE":
        expiring_client(name, tenant, ends_at=in_days(7) + timedelta(seconds=ord(name)))

    assert queue_notices(tenant, now=NOW) == 5

    queued = [[one["client"] for one in row.secrets] for row in Delivery.objects.order_by("pk")]
    assert sorted(queued) == [["A", "B"], ["C", "D"], ["E"]]


def test_a_message_contains_no_secret(
    machine: Machine, mara: Person, sink: MailSink, now: datetime
) -> None:
    queue_notices(machine.client.tenant, now=now + timedelta(days=364))

    (stored,) = Delivery.objects.get().secrets
    assert stored["client"] == "Wind park reader"
    assert machine.plain not in str(stored)
    assert machine.secret.digest not in str(stored)
