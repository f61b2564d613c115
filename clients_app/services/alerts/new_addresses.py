"""Begins an alert where a secret is used from an address that nobody would expect."""

from collections import defaultdict
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Min

from clients_app.models import Alert, SecretAddress
from clients_app.rules.alerts import ADDRESSES_KEPT, AlertKind, is_news

BATCH: Final = 1000  # addresses in one run; the others a minute later


def judge(*, now: datetime) -> None:
    """Decide which new addresses deserve an alert, and forget those beyond ADDRESSES_KEPT."""
    new = SecretAddress.objects.filter(is_judged=False).select_related("secret__client__tenant")
    rows = list(new.order_by("pk")[:BATCH])
    if not rows:
        return
    secret_ids = {row.secret_id for row in rows}
    client_ids = {row.secret.client_id for row in rows}
    first_uses = _first_uses(secret_ids)
    known, counts = _known(client_ids)
    begun = []
    for row in rows:
        client = row.secret.client
        mutes = AlertKind.NEW_ADDRESS.mute
        surprises = is_news(
            used_at=row.first_at,
            first_used_at=first_uses[row.secret_id],
            known=counts[row.secret_id],
            is_known_of_client=row.address in known[client.pk],
        )
        counts[row.secret_id] += 1
        known[client.pk].add(row.address)
        if surprises and not (getattr(client, mutes) or getattr(client.tenant, mutes)):
            begun.append(
                Alert(
                    tenant_id=client.tenant_id,
                    client=client,
                    kind=AlertKind.NEW_ADDRESS,
                    secret_id=row.secret_id,
                    address=row.address,
                    begun_at=row.first_at,
                    due_at=now,
                )
            )
    Alert.objects.bulk_create(begun, ignore_conflicts=True)
    SecretAddress.objects.filter(pk__in=[row.pk for row in rows]).update(is_judged=True)
    _forget(secret_ids)


def _first_uses(secret_ids: set[int]) -> dict[int, datetime]:
    """Return since when the addresses of each secret are known."""
    rows = SecretAddress.objects.filter(secret__in=secret_ids).order_by()
    return dict(rows.values_list("secret_id").annotate(Min("first_at")))


def _known(client_ids: set[UUID]) -> tuple[dict[UUID, set[str]], dict[int, int]]:
    """Return the judged addresses of each client, and how many there are of each secret."""
    known: dict[UUID, set[str]] = defaultdict(set)
    counts: dict[int, int] = defaultdict(int)
    rows = SecretAddress.objects.filter(secret__client__in=client_ids, is_judged=True)
    for client_id, secret_id, address in rows.values_list(
        "secret__client_id", "secret_id", "address"
    ):
        known[client_id].add(address)
        counts[secret_id] += 1
    return known, counts


def _forget(secret_ids: set[int]) -> None:
    """Keep the addresses of each secret that were used last."""
    places: dict[int, int] = defaultdict(int)
    old = []
    rows = SecretAddress.objects.filter(secret__in=secret_ids, is_judged=True)
    for pk, secret_id in rows.order_by("-last_at", "-pk").values_list("pk", "secret_id"):
        places[secret_id] += 1
        if places[secret_id] > ADDRESSES_KEPT:
            old.append(pk)
    SecretAddress.objects.filter(pk__in=old).delete()
