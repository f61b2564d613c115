"""Begins an alert where a secret or key is used from an address that nobody would expect."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from clients_app.models import Alert, SecretAddress
from clients_app.rules.alerts import ADDRESSES_KEPT, AlertKind, is_news
from clients_app.selectors.credentials.uses import Used, used_in

BATCH: Final = 1000  # addresses in one run; the others a minute later
_CLIENTS: Final = ("secret__client__tenant", "key__client__tenant")


def judge(*, now: datetime) -> None:
    """Decide which new addresses deserve an alert, and forget those beyond ADDRESSES_KEPT."""
    new = SecretAddress.objects.filter(is_judged=False).select_related(*_CLIENTS)
    rows = list(new.order_by("pk")[:BATCH])
    if not rows:
        return
    credentials = {used_in(row) for row in rows}
    first_uses = _first_uses(credentials)
    known, counts = _known({_credential(row).client_id for row in rows})
    begun = []
    for row in rows:
        used, client = used_in(row), _credential(row).client
        mutes = AlertKind.NEW_ADDRESS.mute
        surprises = is_news(
            used_at=row.first_at,
            first_used_at=first_uses[used],
            known=counts[used],
            is_known_of_client=row.address in known[client.pk],
        )
        counts[used] += 1
        known[client.pk].add(row.address)
        if surprises and not (getattr(client, mutes) or getattr(client.tenant, mutes)):
            begun.append(
                Alert(
                    tenant_id=client.tenant_id,
                    client=client,
                    kind=AlertKind.NEW_ADDRESS,
                    secret_id=row.secret_id,
                    key_id=row.key_id,
                    address=row.address,
                    begun_at=row.first_at,
                    due_at=now,
                )
            )
    Alert.objects.bulk_create(begun, ignore_conflicts=True)
    SecretAddress.objects.filter(pk__in=[row.pk for row in rows]).update(is_judged=True)
    _forget(credentials)


def _credential(row: SecretAddress) -> Any:
    return row.secret or row.key


def _of(credentials: Collection[Used | None]) -> Q:
    """Return the condition for the addresses of these credentials."""
    ids: dict[str, list[int]] = {"secret_id": [], "key_id": []}
    for used in credentials:
        if used is not None:
            ids[used.column].append(used.id)
    return Q(secret__in=ids["secret_id"]) | Q(key__in=ids["key_id"])


def _first_uses(credentials: Collection[Used | None]) -> dict[Used | None, datetime]:
    """Return since when the addresses of each credential are known."""
    first: dict[Used | None, datetime] = {}
    for row in SecretAddress.objects.filter(_of(credentials)):
        used = used_in(row)
        first[used] = min(row.first_at, first.get(used, row.first_at))
    return first


def _known(client_ids: set[UUID]) -> tuple[dict[UUID, set[str]], dict[Used | None, int]]:
    """Return the judged addresses of each client, and how many there are of each credential."""
    known: dict[UUID, set[str]] = defaultdict(set)
    counts: dict[Used | None, int] = defaultdict(int)
    of_clients = Q(secret__client__in=client_ids) | Q(key__client__in=client_ids)
    rows = SecretAddress.objects.filter(of_clients, is_judged=True)
    for row in rows.select_related("secret", "key"):
        known[_credential(row).client_id].add(row.address)
        counts[used_in(row)] += 1
    return known, counts


def _forget(credentials: Collection[Used | None]) -> None:
    """Keep the addresses of each credential that were used last."""
    places: dict[Used | None, int] = defaultdict(int)
    old = []
    rows = SecretAddress.objects.filter(_of(credentials), is_judged=True)
    for row in rows.order_by("-last_at", "-pk"):
        used = used_in(row)
        places[used] += 1
        if places[used] > ADDRESSES_KEPT:
            old.append(row.pk)
    SecretAddress.objects.filter(pk__in=old).delete()
