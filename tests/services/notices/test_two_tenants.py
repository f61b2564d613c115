"""The channels and messages of one tenant are those of no other (TEN-1)."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from clients_app.actors import Actor
from clients_app.errors import NotFound
from clients_app.models import Delivery, NoticeChannel, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.notices import deliveries
from clients_app.services.notices.channel_settings import (
    remove_channel,
    renew_secret,
    send_test,
    set_channel,
)
from clients_app.services.notices.schedule import queue_notices
from tests.actors import actor_for
from tests.factories import make_person, make_tenant
from tests.moments import NOW
from tests.services.notices.conftest import expiring_client, in_days
from tests.sinks import MailSink, Receiver, receiver


class Side(NamedTuple):
    """A tenant with a webhook of its own."""

    tenant: Tenant
    actor: Actor
    hooks: Receiver


@pytest.fixture
def sides(db: None, sink: MailSink, settings: Any) -> Iterator[tuple[Side, Side]]:
    """Two tenants, each with an expiring secret."""
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    with receiver() as one, receiver() as other:
        made = []
        for name, hooks in (("Northwind", one), ("Contoso", other)):
            tenant = make_tenant(name)
            email = f"ines@{name.lower()}.example"
            person = make_person(f"ines-{name}", tenant, TENANT_ADMINISTRATOR, email=email)
            actor = actor_for(person)
            set_channel("webhook", {"url": hooks.url}, actor=actor, now=NOW)
            expiring_client(f"Pump of {name}", tenant, ends_at=in_days(7))
            made.append(Side(tenant, actor, hooks))
        yield made[0], made[1]


def test_notices_of_two_tenants_go_to_their_own_receivers(
    sides: tuple[Side, Side], sink: MailSink
) -> None:
    for side in sides:
        queue_notices(side.tenant, now=NOW)
    for side in sides:
        due = deliveries.due(now=NOW, tenant_id=side.tenant.pk)
        assert set(due) == set(
            Delivery.objects.for_tenant(side.tenant.pk).values_list("pk", flat=True)
        )
        for pk in due:
            deliveries.attempt(pk, now=NOW)

    for side in sides:
        ((_headers, body),) = side.hooks.received
        clients = [one["client"] for one in json.loads(body)["data"]["secrets"]]
        assert str(clients).count(f"Pump of {side.tenant.name}") == 1
        (mail,) = [one for one in sink.received if side.tenant.name.lower() in one["To"]]
        assert f"[{side.tenant.name}]" in mail["Subject"]
        assert f"Pump of {side.tenant.name}" in mail.get_body(("plain",)).get_content()
    assert len(sink.received) == 2


@pytest.mark.parametrize("own", [0, 1])
def test_message_of_another_tenant_cannot_be_sent_again(sides: tuple[Side, Side], own: int) -> None:
    queue_notices(sides[1 - own].tenant, now=NOW)
    Delivery.objects.update(state=Delivery.State.FAILED, finished_at=NOW)

    for theirs in Delivery.objects.all():
        with pytest.raises(NotFound):
            deliveries.retry(theirs.pk, actor=sides[own].actor, now=NOW)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"failed"}


@pytest.mark.parametrize("own", [0, 1])
def test_change_of_a_channel_leaves_that_of_another_tenant(
    sides: tuple[Side, Side], own: int
) -> None:
    mine, theirs = sides[own], sides[1 - own]
    before = NoticeChannel.objects.filter(tenant=theirs.tenant).values()[0]

    tested = send_test("webhook", email="", actor=mine.actor, now=NOW)
    assert f":{mine.hooks.port} " in tested.recipient
    renew_secret("webhook", actor=mine.actor, now=NOW)
    moved = {"url": f"{mine.hooks.url}/moved"}
    assert set_channel("webhook", moved, actor=mine.actor, now=NOW) is None
    remove_channel("webhook", actor=mine.actor, now=NOW)

    assert NoticeChannel.objects.values().get() == before
    with pytest.raises(NotFound):
        remove_channel("webhook", actor=mine.actor, now=NOW)
