"""Messages on their way: queued with what they tell of, tried by one process at a time.

A message is written in the transaction that notes what was told, and its task with it, so that
neither is lost nor made twice. Who tries it holds it for a while: where that process is killed,
another tries again, under the same Message-ID or webhook-id. So a receiver may, in that one case,
get it twice, and never not at all.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.models import Delivery, Webhook
from clients_app.permissions import Action, require
from clients_app.rules.notices import next_try
from clients_app.services.notices import mail, webhook

HELD: Final = timedelta(minutes=5)  # by who tries; longer than any try takes
LISTED: Final = timedelta(days=90)  # then a finished message is removed
TASKS_KEPT: Final = timedelta(days=7)  # that ran, or were cut off; longer than all tries take
_NAMED: Final = 20  # secrets in an audit event; the others are counted

_State = Delivery.State


def queue(delivery: Delivery) -> None:
    """Write a message and the task that sends it; part of a larger deed."""
    delivery.save(force_insert=True)
    _enqueue(delivery)


def retry(delivery_id: UUID, *, actor: Actor, now: datetime) -> Delivery:
    """Let a message that failed be tried once more, at once.

    Errors: Forbidden; NotFound; RuleBroken for one that did not fail.
    """
    require(actor, Action.MANAGE_NOTICES)
    with transaction.atomic():
        rows = Delivery.objects.select_for_update().for_tenant(actor.tenant_id)
        delivery = rows.filter(pk=delivery_id).first()
        if delivery is None:
            raise NotFound(gettext_noop("There is no such message."))
        if delivery.state != _State.FAILED:
            raise RuleBroken(gettext_noop("Only a message that failed can be sent again."))
        delivery.state, delivery.try_at, delivery.finished_at = _State.WAITING, now, None
        delivery.save(update_fields=["state", "try_at", "finished_at"])
        _enqueue(delivery)
        audit.record("notice.retried", delivery, actor=actor, now=now, after=_described(delivery))
    return delivery


@task()
def deliver(delivery_id: str) -> None:
    """Try one message, in the worker."""
    attempt(UUID(delivery_id), now=datetime.now(UTC))


def attempt(delivery_id: UUID, *, now: datetime) -> Delivery | None:
    """Try a message that is due; return it with its result. None: another process has it.

    The result is an event of the tenant's chain, as is the end of a message that never arrived.
    """
    due = Delivery.objects.filter(pk=delivery_id, state=_State.WAITING, try_at__lte=now)
    if not due.update(try_at=now + HELD, attempts=F("attempts") + 1):
        return None
    delivery = Delivery.objects.select_related("tenant").get(pk=delivery_id)
    try:
        delivery.answer = WAYS[delivery.channel](delivery, now)
    except (mail.NotMailed, webhook.NotPosted) as error:
        delivery.answer = str(error)
        delivery.try_at = (not error.for_good and next_try(delivery.attempts, now)) or now
        delivery.state = _State.WAITING if delivery.try_at > now else _State.FAILED
    else:
        delivery.state = _State.SENT
    _note(delivery, now=now)
    return delivery


def attempt_due(tenant_id: UUID, *, now: datetime) -> Iterator[Delivery]:
    """Try what is due in a tenant, here and now; yield each message with its result."""
    due = Delivery.objects.for_tenant(tenant_id).filter(state=_State.WAITING, try_at__lte=now)
    for delivery_id in list(due.order_by("try_at").values_list("pk", flat=True)):
        delivery = attempt(delivery_id, now=now)
        if delivery is not None:
            yield delivery


def queue_late(*, now: datetime) -> None:
    """Queue again what nobody has tried in time: its task was lost with its process, or stands in
    a long line, which therefore grows by it no oftener than a try may take."""
    late = Delivery.objects.filter(state=_State.WAITING, try_at__lt=now - HELD)
    for delivery in late.order_by("try_at")[:500]:
        with transaction.atomic():
            if late.filter(pk=delivery.pk).update(try_at=now):
                delivery.try_at = now
                _enqueue(delivery)


def remove_old(*, now: datetime) -> None:
    """Remove messages that were finished 90 days ago; Activity keeps that they were."""
    Delivery.objects.filter(finished_at__lt=now - LISTED).delete()
    tried = DBTaskResult.objects.exclude(status=TaskResultStatus.READY)
    tried.filter(enqueued_at__lt=now - TASKS_KEPT).delete()


def _enqueue(delivery: Delivery) -> None:
    deliver.using(run_after=delivery.try_at).enqueue(str(delivery.pk))


def _note(delivery: Delivery, *, now: datetime) -> None:
    with transaction.atomic():
        finished = delivery.state != _State.WAITING
        delivery.finished_at = now if finished else None
        delivery.save(update_fields=["state", "answer", "try_at", "finished_at", "recipient"])
        if not finished:
            _enqueue(delivery)
            return
        actor = Actor.system(delivery.tenant_id)
        sent = "notice.sent" if delivery.state == _State.SENT else "notice.failed"
        audit.record(
            sent,
            delivery,
            actor=actor,
            now=now,
            client_id=_only_client(delivery),
            after=_described(delivery),
        )


def _described(delivery: Delivery) -> dict[str, Any]:
    names = [f"{one['client']}: …{one['ends_in']}" for one in delivery.secrets]
    more = len(names) - _NAMED
    return {
        "channel": str(delivery.channel),
        "recipient": delivery.recipient,
        "secrets": [*names[:_NAMED], *([f"+ {more}"] if more > 0 else [])],
        "answer": delivery.answer,
    }


def _only_client(delivery: Delivery) -> UUID | None:
    ids = {one["client_id"] for one in delivery.secrets}
    return UUID(ids.pop()) if len(ids) == 1 else None


def _by_mail(delivery: Delivery, now: datetime) -> str:
    mail.send_notice(delivery, now=now)
    return ""


def _by_webhook(delivery: Delivery, now: datetime) -> str:
    row = Webhook.objects.filter(tenant_id=delivery.tenant_id).first()
    if row is None:
        raise webhook.NotPosted("The webhook was removed.", for_good=True)
    delivery.recipient = str(row)
    answer = webhook.post_notice(row, delivery, now=now)
    return f"HTTP {answer.status}"


WAYS: Final[dict[str, Callable[[Delivery, datetime], str]]] = {
    Delivery.Channel.MAIL: _by_mail,
    Delivery.Channel.WEBHOOK: _by_webhook,
}
