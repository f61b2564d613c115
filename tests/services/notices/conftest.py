"""A tenant whose people have mail addresses, a mail server, and a webhook receiver."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from clients_app.actors import Actor
from clients_app.models import AuditEvent, Client, Delivery, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.notices.channel_settings import set_channel
from clients_app.services.notices.schedule import queue_notices
from clients_app.services.usage import addresses, counts, refused_requests
from tests.actors import actor_for
from tests.factories import insert_secrets, make_client, make_person
from tests.moments import NOW
from tests.sinks import MailSink, Receiver, mail_sink, receiver


@pytest.fixture
def mara(tenant: Tenant) -> Person:
    """A Tenant Administrator with an address."""
    return make_person("mara", tenant, TENANT_ADMINISTRATOR, email="mara@herons.example")


@pytest.fixture
def owner(tenant: Tenant) -> Person:
    """Ines, who owns a client."""
    return make_person("ines", tenant, email="ines@herons.example")


@pytest.fixture
def actor(mara: Person) -> Actor:
    return actor_for(mara)


@pytest.fixture
def nothing_counted() -> None:
    """No counts or addresses that other tests left in memory."""
    for pending in (counts.issued, refused_requests.refused, addresses.used):
        pending.take()
    addresses.written.clear()


@pytest.fixture
def client_(tenant: Tenant) -> Client:
    """A client named Pumps."""
    return make_client("Pumps", tenant).client


@pytest.fixture
def sink() -> Iterator[MailSink]:
    """A mail server; MAIL_URL points to it."""
    with mail_sink() as running, override_settings(**running.settings):
        yield running


@pytest.fixture
def hooks() -> Iterator[Receiver]:
    """A webhook receiver on loopback, in OUTGOING_ALLOWED_HOSTS."""
    with receiver() as running, override_settings(OUTGOING_ALLOWED_HOSTS=["127.0.0.1"]):
        yield running


def expiring_client(name: str, tenant: Tenant, *, ends_at: datetime, **draft: Any) -> Client:
    """Return a client with one old secret that expires then."""
    client = make_client(name, tenant, expires_at=None, **draft).client
    client.secrets.all().update(removed_at=NOW)
    insert_secrets(client, 1, expires_at=ends_at, description="Firmware", last_four="t4Vb")
    return client


def in_days(days: float) -> datetime:
    return NOW + timedelta(days=days)


@pytest.fixture
def hook(actor: Actor, hooks: Receiver) -> str:
    made = set_channel("webhook", {"url": hooks.url}, actor=actor, now=NOW)
    assert made is not None
    return made


def queued_message(tenant: Tenant) -> Delivery:
    """Return the message about a client whose secret expires in a week."""
    expiring_client("Pumps & <Valves>", tenant, ends_at=in_days(7))
    queue_notices(tenant, now=NOW)
    return Delivery.objects.get()


def outcomes() -> list[tuple[str, str]]:
    """Return the actions and actor kinds of the notice events."""
    events = AuditEvent.objects.filter(action__startswith="notice.").order_by("sequence")
    return list(events.values_list("action", "actor_kind"))
