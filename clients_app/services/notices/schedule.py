"""Looks, once a day, which secrets end soon, and queues what tells of them.

Each stage of each secret is a row that can exist once: whoever looks, and however often, nobody is
told twice. A tenant's row is locked while one piece of its secrets is told of, so that two
processes tell of two different pieces.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from clients_app import conf
from clients_app.models import ClientSecret, Delivery, Notice, Person, Tenant, Webhook
from clients_app.rules.names import key_of
from clients_app.rules.notices import STAGES, TOLD_LATE, stage_due
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.locks import lock_tenant
from clients_app.services.notices import deliveries, items

PIECE: Final = 500  # secrets told of in one transaction, and at most in one message


class _Reader(NamedTuple):
    address: str
    zone: str


class _Told(NamedTuple):
    secret: ClientSecret
    ends_at: datetime
    stage: int


def look_everywhere(*, now: datetime) -> None:
    """Look at each tenant that nobody has looked at today, from the hour of notices on."""
    local = now.astimezone(conf.installation_zone())
    if local.hour < conf.notice_hour():
        return
    for tenant in Tenant.objects.exclude(notices_looked_on=local.date()).order_by("created_at"):
        look(tenant, now=now)


def look(tenant: Tenant, *, now: datetime) -> int:
    """Queue what is due in ``tenant`` and was not told; return of how many secrets it tells."""
    due = _due(tenant.pk, now=now)
    told = 0
    for start in range(0, len(due), PIECE):
        told += _tell(tenant, due[start : start + PIECE], now=now)
    today = now.astimezone(conf.installation_zone()).date()
    Tenant.objects.filter(pk=tenant.pk).update(notices_looked_on=today)
    return told


def remove_old(*, now: datetime) -> None:
    """Remove the notes of secrets whose end nobody is told of any more."""
    Notice.objects.filter(ends_at__lt=now - deliveries.LISTED).delete()


def _due(tenant_id: UUID, *, now: datetime) -> list[int]:
    """Return the ids of the secrets to tell of, those that end first before the others."""
    since, until = now - timedelta(days=TOLD_LATE + 1), now + timedelta(days=max(STAGES) + 1)
    secrets = ClientSecret.objects.filter(
        client__tenant_id=tenant_id,
        client__removed_at=None,
        removed_at=None,
        expires_at__range=(since, until),
    ).order_by("expires_at", "pk")
    told = _told_stages(tenant_id, since=since)
    return [
        secret.pk
        for secret in secrets.only("pk", "expires_at", "created_at").iterator(chunk_size=2000)
        if _stage(secret, now=now, told=told) is not None
    ]


def _told_stages(tenant_id: UUID, *, since: datetime) -> set[tuple[int, datetime, int]]:
    told = Notice.objects.filter(tenant_id=tenant_id, ends_at__gte=since)
    return set(told.values_list("secret_id", "ends_at", "days"))


def _stage(
    secret: ClientSecret, *, now: datetime, told: set[tuple[int, datetime, int]]
) -> int | None:
    zone, ends_at = conf.installation_zone(), secret.expires_at
    if ends_at is None:
        return None
    stage = stage_due(
        ends_on=ends_at.astimezone(zone).date(),
        made_on=secret.created_at.astimezone(zone).date(),
        today=now.astimezone(zone).date(),
    )
    return None if (secret.pk, ends_at, stage) in told else stage


@transaction.atomic
def _tell(tenant: Tenant, secret_ids: list[int], *, now: datetime) -> int:
    """Note that these secrets are told of, and queue the messages; all of it or nothing."""
    lock_tenant(tenant.pk)
    tenant.refresh_from_db()
    told = set(
        Notice.objects.filter(secret_id__in=secret_ids).values_list("secret_id", "ends_at", "days")
    )
    secrets = ClientSecret.objects.filter(pk__in=secret_ids, removed_at=None)
    rows = (
        secrets.select_related("client").prefetch_related("client__owners").order_by("expires_at")
    )
    found = [
        _Told(secret, secret.expires_at, stage)
        for secret in rows
        if (stage := _stage(secret, now=now, told=told)) is not None and secret.expires_at
    ]
    messages = list(_messages(tenant, found, now=now)) if found else []
    if not messages:
        return 0
    Notice.objects.bulk_create(
        Notice(tenant=tenant, secret=secret, ends_at=ends_at, days=stage, told_at=now)
        for secret, ends_at, stage in found
    )
    for message in messages:
        deliveries.queue(message)
    return len(found)


def _messages(tenant: Tenant, found: list[_Told], *, now: datetime) -> Iterator[Delivery]:
    """Yield a mail for each address, and one post for the webhook."""
    made = {"tenant": tenant, "made_at": now, "try_at": now}
    if tenant.mails_notices and conf.sends_mail():
        mails: dict[str, tuple[_Reader, list[_Told]]] = {}
        administrators = list(map(_reader, people_who_administer(tenant.pk)))
        for one in found:
            for reader in _readers(one.secret, administrators):
                mails.setdefault(key_of(reader.address), (reader, []))[1].append(one)
        for reader, told in mails.values():
            yield Delivery(
                channel=Delivery.Channel.MAIL,
                recipient=reader.address,
                zone=reader.zone,
                secrets=_stored(told),
                **made,
            )
    webhook = Webhook.objects.filter(tenant=tenant).first()
    if webhook is not None:
        yield Delivery(
            channel=Delivery.Channel.WEBHOOK,
            recipient=str(webhook),
            secrets=_stored(found),
            **made,
        )


def _readers(secret: ClientSecret, administrators: list[_Reader]) -> list[_Reader]:
    """Return who is told of a secret, each address once: people before a contact."""
    owners = [_reader(person) for person in secret.client.owners.all() if person.is_active]
    readers = [*administrators, *owners, *_contact(secret.client.contact)]
    by_address = {key_of(reader.address): reader for reader in reversed(readers) if reader.address}
    return list(by_address.values())


def _reader(person: Person) -> _Reader:
    return _Reader(person.email, person.time_zone)


def _contact(text: str) -> list[_Reader]:
    """Return the contact of a client as a reader, where it is a mail address and nothing more."""
    try:
        validate_email(text)
    except ValidationError:
        return []
    return [_Reader(text, "")]


def _stored(told: Iterable[_Told]) -> list[dict[str, Any]]:
    return [items.stored(secret, days=stage) for secret, _, stage in told]
