"""Export of the list of clients as CSV: an event of its own, then one piece in memory at a time."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import Tenant
from clients_app.permissions import Action, require
from clients_app.rules.health import EXPLAINED
from clients_app.selectors.clients.lists import listed_clients
from clients_app.services.exports import BYTE_ORDER_MARK, guarded, in_its_place

_PIECE: Final = 500  # clients
COLUMNS: Final = (
    *("Name", "Client Id", "Client Type", "Status"),
    *("Next expiration", "Roles", "Last token", "Tags"),
)


def export_clients(
    client_ids: list[UUID], *, query: str, actor: Actor, now: datetime
) -> Iterator[str]:
    """Record that ``actor`` exports these clients, which ``query`` selected; return them as CSV.

    Close it if you do not read it to the end: no other export can start before.
    Errors: Forbidden; TooManyExports.
    """
    require(actor, Action.READ_CLIENTS)

    def begin() -> Iterator[str]:
        with transaction.atomic():
            tenant = Tenant.objects.get(pk=actor.tenant_id)
            after = {"format": "csv", "filter": query, "clients": len(client_ids)}
            audit.record("clients.exported", tenant, actor=actor, now=now, after=after)
        return _pieces(client_ids, actor.tenant_id, now)

    return in_its_place(begin)


def _pieces(client_ids: list[UUID], tenant_id: UUID, now: datetime) -> Iterator[str]:
    yield BYTE_ORDER_MARK + ",".join(COLUMNS) + "\r\n"
    for start in range(0, len(client_ids), _PIECE):
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        clients = listed_clients(tenant_id, client_ids[start : start + _PIECE], now=now)
        prefetch_related_objects(clients, "tags")
        for client in clients:
            writer.writerow(map(guarded, _cells(client, now)))
        yield text.getvalue()


def _cells(client: Any, now: datetime) -> tuple[str, ...]:
    return (
        client.name,
        str(client.pk),
        client.type.label,
        "Removed" if client.removed_at else EXPLAINED[client.health(now)].label,
        _expiration(client),
        ", ".join(client.role_names),
        _moment(client.last_token_at),
        ", ".join(tag.name for tag in client.tags.all()),
    )


def _expiration(client: Any) -> str:
    """Return when the first live credential expires, or when the last one did, as the list does."""
    if client.has_live_credential and client.first_expiry is None:
        return "Never Expires"
    return _moment(client.first_expiry if client.has_live_credential else client.last_expired)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
