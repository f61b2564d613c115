"""Rotation runs: secrets that a person rotates one after the other.

A run is a list of ids of secrets. What is done and what is left is read from the secrets, so a run
survives a reload, and so does what a colleague rotates in the meantime.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Prefetch

from clients_app.models import Client, ClientSecret
from clients_app.models.tenant import is_of
from clients_app.rules.expiry import is_expired
from clients_app.selectors.notices.expirations import successor_of
from clients_app.selectors.periods import Period


class Step(StrEnum):
    """How far one secret of a run is."""

    LEFT = "left"
    DONE = "done"
    ENDED = "ended"  # it expired or was removed, and nothing replaced it


class RunSecret(NamedTuple):
    """A secret of a run, and the one that replaced it."""

    secret: Any
    step: Step
    successor: Any | None


def secrets_to_rotate(
    tenant_id: UUID, client_ids: Iterable[UUID], *, period: Period | None, now: datetime
) -> list[int]:
    """Return the ids of the secrets to rotate, the first to expire first.

    For each client, the live secret without a successor that expires first, in ``period`` if given;
    one that never expires only if there is no other.
    """
    secrets = ClientSecret.objects.filter(
        is_of(tenant_id, "client__tenant"), client__in=list(client_ids), client__removed_at=None
    )
    secrets = secrets.live(now).without_successor()
    if period is not None:
        secrets = secrets.filter(expires_at__gte=period.start, expires_at__lt=period.end)
    order = F("expires_at").asc(nulls_last=True), "client__name_key", "pk"
    first: dict[UUID, int] = {}
    for pk, client_id in secrets.order_by(*order).values_list("pk", "client_id"):
        first.setdefault(client_id, pk)
    return list(first.values())


def run_of(tenant_id: UUID, secret_ids: list[int], *, now: datetime) -> list[RunSecret]:
    """Return the secrets of a run that still have their client, in the order of ``secret_ids``."""
    clients = Client.objects.prefetch_related("roles", "owners")
    secrets = ClientSecret.objects.filter(
        is_of(tenant_id, "client__tenant"), client__removed_at=None, pk__in=secret_ids
    )
    found = {
        secret.pk: secret
        for secret in secrets.prefetch_related(Prefetch("client", clients), "successors")
    }
    return [_run_secret(found[pk], now) for pk in secret_ids if pk in found]


def _run_secret(secret: ClientSecret, now: datetime) -> RunSecret:
    successor = successor_of(secret)
    if successor is not None:
        return RunSecret(secret, Step.DONE, successor)
    is_over = secret.removed_at is not None or is_expired(secret.expires_at, now)
    return RunSecret(secret, Step.ENDED if is_over else Step.LEFT, None)
