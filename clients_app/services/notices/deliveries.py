"""Messages on their way: a table that is the queue, from which workers take what is due.

A message is written in the transaction that records its notices, so that neither is lost or
duplicated. One update claims it for a while. If the worker is killed, it is due again when the
claim expires, and goes out under the same Message-ID or webhook-id. Only then can a receiver get it
twice; it is never skipped.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.models import Delivery, NoticeChannel
from clients_app.permissions import Action, require
from clients_app.rules.notices import next_try
from clients_app.services.notices.messages import NotSent, name_in_message
from clients_app.services.notices.table import CHANNELS

CLAIM: Final = timedelta(minutes=5)  # longer than any try takes
LISTED: Final = timedelta(days=90)  # then a finished message is removed
_NAMED: Final = 20  # secrets in an audit event; the others are counted

_State = Delivery.State


def retry(delivery_id: UUID, *, actor: Actor, now: datetime) -> Delivery:
    """Let a message that failed be tried once more, immediately.

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
        audit.record("notice.retried", delivery, actor=actor, now=now, after=_described(delivery))
    return delivery


def due(*, now: datetime, tenant_id: UUID | None = None) -> list[UUID]:
    """Return the ids of the messages to try now, of one tenant or of all, oldest first."""
    rows = Delivery.objects.filter(state=_State.WAITING, try_at__lte=now)
    if tenant_id is not None:
        rows = rows.for_tenant(tenant_id)
    return list(rows.order_by("try_at").values_list("pk", flat=True))


def attempt(delivery_id: UUID, *, now: datetime) -> Delivery | None:
    """Try a message that is due; return it with its result. None: another process has it.

    Success and final failure are events of the tenant's chain.
    """
    claimed = Delivery.objects.filter(pk=delivery_id, state=_State.WAITING, try_at__lte=now)
    if not claimed.update(try_at=now + CLAIM, attempts=F("attempts") + 1):
        return None
    delivery = Delivery.objects.select_related("tenant").get(pk=delivery_id)
    try:
        delivery.answer, delivery.state = _send(delivery, now=now), _State.SENT
    except NotSent as error:
        delivery.answer, delivery.try_at = str(error), now
        if not error.is_final and (try_at := next_try(delivery.attempts, now)):
            delivery.try_at = try_at
        else:
            delivery.state = _State.FAILED
    _save_result(delivery, now=now)
    return delivery


def remove_old(*, now: datetime) -> None:
    """Remove messages that finished 90 days ago; Activity keeps their events."""
    Delivery.objects.filter(finished_at__lt=now - LISTED).delete()


def _send(delivery: Delivery, *, now: datetime) -> str:
    channel = CHANNELS.get(delivery.channel)
    if channel is None:
        raise NotSent(f"There is no channel {delivery.channel}.", is_final=True)
    rows = NoticeChannel.objects.filter(tenant_id=delivery.tenant_id, channel=delivery.channel)
    return channel.send(delivery, rows.first(), now=now)


@transaction.atomic
def _save_result(delivery: Delivery, *, now: datetime) -> None:
    is_finished = delivery.state != _State.WAITING
    delivery.finished_at = now if is_finished else None
    delivery.save(update_fields=["state", "answer", "try_at", "finished_at", "recipient"])
    if is_finished:
        client_ids = {one["client_id"] for one in (*delivery.secrets, *delivery.alerts)}
        audit.record(
            "notice.sent" if delivery.state == _State.SENT else "notice.failed",
            delivery,
            actor=Actor.system(delivery.tenant_id),
            now=now,
            client_id=UUID(client_ids.pop()) if len(client_ids) == 1 else None,
            after=_described(delivery),
        )


def _described(delivery: Delivery) -> dict[str, Any]:
    names = [f"{one['client']}: {_short(one)}" for one in delivery.secrets]
    are_secrets = all("secret_id" in one for one in delivery.secrets)
    more = len(names) - _NAMED
    return {
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "secrets" if are_secrets else "credentials": [
            *names[:_NAMED],
            *([f"+ {more}"] if more > 0 else []),
        ],
        "alerts": [one["client"] for one in delivery.alerts]
        + ([f"+ {delivery.more}"] if delivery.more else []),
        "answer": delivery.answer,
    }


def _short(one: Mapping[str, Any]) -> str:
    """Return the name of a credential in an event, without what people wrote about a secret."""
    return f"…{one['ends_in']}" if "secret_id" in one else name_in_message(one)
