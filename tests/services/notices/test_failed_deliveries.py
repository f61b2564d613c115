"""Messages that did not arrive: retried, sent again by hand, or left by a killed worker."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from clients_app.actors import Actor
from clients_app.errors import Forbidden, NotFound, RuleBroken
from clients_app.limits import ANSWER_MAX
from clients_app.models import Delivery, NoticeChannel, Person, Tenant
from clients_app.services.notices import deliveries
from clients_app.services.notices.channels.mail import smtp
from clients_app.services.notices.messages import NotSent
from clients_app.services.notices.schedule import queue_notices
from clients_app.services.notices.table import CHANNELS
from tests.actors import actor_for
from tests.at_once import at_once
from tests.moments import NOW
from tests.services.notices.conftest import expiring_client, in_days, outcomes, queued_message
from tests.sinks import MailSink, Receiver


def test_webhook_without_the_key_of_its_secret_is_not_sent(
    tenant: Tenant, hook: str, hooks: Receiver, settings: Any
) -> None:
    delivery = queued_message(tenant)
    settings.SECRET_KEY = "another-key-of-at-least-fifty-characters-0123456789"

    deliveries.attempt(delivery.pk, now=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, hooks.received) == ("failed", [])
    assert delivery.answer.startswith("SECRET_KEY has changed")


def test_rejected_webhook_is_retried_with_the_same_id_until_it_fails(
    tenant: Tenant, hook: str, hooks: Receiver
) -> None:
    hooks.status, hooks.body = 500, b"out of\r\n\0order"  # PostgreSQL text cannot contain NUL
    delivery, now = queued_message(tenant), NOW
    waits = []
    while delivery.state == "waiting":
        assert deliveries.attempt(delivery.pk, now=now - timedelta(seconds=1)) is None  # not yet
        deliveries.attempt(delivery.pk, now=now)
        delivery.refresh_from_db()
        waits.append((delivery.try_at - now).total_seconds() / 60)
        now = delivery.try_at

    assert waits == [1, 5, 30, 120, 360, 720, 0]
    assert delivery.state == "failed"
    assert delivery.answer == "HTTP 500 out of order"
    assert len({headers["webhook-id"] for headers, _ in hooks.received}) == 1
    assert outcomes() == [("notice.failed", "system")]


def test_a_long_answer_is_cut_to_the_column(tenant: Tenant, hook: str) -> None:
    NoticeChannel.objects.update(settings={"url": f"https://{'a' * 60}.{'b' * 1800}/"})
    delivery = queued_message(tenant)

    deliveries.attempt(delivery.pk, now=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, len(delivery.answer)) == ("waiting", ANSWER_MAX)


def test_a_failed_message_can_be_sent_again_by_hand(
    tenant: Tenant, actor: Actor, hook: str, hooks: Receiver
) -> None:
    hooks.status = 410  # Gone: the scheme requires to stop sending
    delivery = queued_message(tenant)
    deliveries.attempt(delivery.pk, now=NOW)
    delivery.refresh_from_db()
    assert delivery.state == "failed"

    hooks.status = 200
    deliveries.retry(delivery.pk, actor=actor, now=NOW)
    deliveries.attempt(delivery.pk, now=NOW)

    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert [action for action, _ in outcomes()] == [
        "notice.failed",
        "notice.retried",
        "notice.sent",
    ]
    with pytest.raises(RuleBroken):
        deliveries.retry(delivery.pk, actor=actor, now=NOW)


def test_retry_needs_an_administrator_of_the_tenant(
    tenant: Tenant, hook: str, owner: Person, stranger: Person
) -> None:
    delivery = queued_message(tenant)

    with pytest.raises(Forbidden):
        deliveries.retry(delivery.pk, actor=actor_for(owner), now=NOW)
    with pytest.raises(NotFound):
        deliveries.retry(delivery.pk, actor=actor_for(stranger), now=NOW)


def test_unreachable_mail_server_is_retried(
    tenant: Tenant, mara: Person, sink: MailSink, settings: Any
) -> None:
    settings.EMAIL_PORT = 1
    delivery = queued_message(tenant)

    deliveries.attempt(delivery.pk, now=NOW)

    delivery.refresh_from_db()
    assert delivery.state == "waiting"
    assert "refused" in delivery.answer


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_waiting_messages(mara: Person, sink: MailSink) -> None:
    queued_message(mara.tenant)
    Delivery.objects.update(try_at=NOW - timedelta(days=3650))

    call_command("worker", once=True)

    assert len(sink.received) == 1
    assert Delivery.objects.get().state == "sent"


def test_a_message_of_a_killed_worker_is_due_again_when_its_claim_expires(
    tenant: Tenant, mara: Person, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = queued_message(tenant)

    def killed(*_: Any, **__: Any) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CHANNELS["mail"], "send", killed)
        with pytest.raises(KeyboardInterrupt):
            deliveries.attempt(delivery.pk, now=NOW)
    still_claimed = NOW + deliveries.CLAIM / 2
    assert deliveries.due(now=still_claimed) == []
    assert deliveries.attempt(delivery.pk, now=still_claimed) is None
    later = NOW + deliveries.CLAIM
    assert deliveries.due(now=later) == [delivery.pk]
    deliveries.attempt(delivery.pk, now=later)
    assert deliveries.due(now=later + deliveries.CLAIM) == []

    assert len(sink.received) == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_processes_send_once(mara: Person, sink: MailSink) -> None:
    tenant = mara.tenant
    expiring_client("Pumps", tenant, ends_at=in_days(7))

    def run() -> None:
        queue_notices(tenant, now=NOW)
        for delivery in Delivery.objects.all():
            deliveries.attempt(delivery.pk, now=NOW)

    at_once(4, run)

    assert Delivery.objects.get().attempts == 1
    assert len(sink.received) == 1


def test_old_deliveries_are_deleted(tenant: Tenant, mara: Person, sink: MailSink) -> None:
    delivery = queued_message(tenant)
    deliveries.attempt(delivery.pk, now=NOW)

    deliveries.remove_old(now=NOW + deliveries.LISTED)
    assert Delivery.objects.exists()
    deliveries.remove_old(now=NOW + deliveries.LISTED + timedelta(seconds=1))
    assert not Delivery.objects.exists()


def test_a_mail_to_an_address_that_no_header_takes_is_not_tried_again(tenant: Tenant) -> None:
    with pytest.raises(NotSent) as refused:
        smtp.send("ann\n@example.com", "Subject", "guesses", {}, message_id="1")

    assert refused.value.is_final
