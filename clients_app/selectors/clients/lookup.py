"""Clients of a tenant, one or a few at a time."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from clients_app.errors import NotFound, gettext_noop
from clients_app.models import (
    Client,
)
from clients_app.rules.names import key_of
from clients_app.selectors.periods import RESTORABLE


def get_client(tenant_id: UUID, client_id: UUID) -> Client:
    """Return a client that is not removed.

    Errors: NotFound, also for a client of another tenant.
    """
    client = Client.objects.for_tenant(tenant_id).present().filter(pk=client_id).first()
    if client is None:
        raise NotFound(gettext_noop("There is no such client."))
    return client


def get_removed_client(tenant_id: UUID, client_id: UUID, *, now: datetime) -> Client:
    """Return a client that was removed in the last 30 days.

    Errors: NotFound.
    """
    removed = Client.objects.for_tenant(tenant_id).filter(removed_at__gt=now - RESTORABLE)
    client = removed.filter(pk=client_id).first()
    if client is None:
        raise NotFound(gettext_noop("There is no such removed client."))
    return client


def clients_named(tenant_id: UUID, client_ids: Iterable[UUID]) -> list[Client]:
    """Return those of the clients that are there, by name; others are passed over."""
    clients = Client.objects.for_tenant(tenant_id).present().filter(pk__in=list(client_ids))
    return list(clients.order_by("name_key", "pk"))


def clients_by_id(tenant_id: UUID, client_ids: Iterable[UUID]) -> dict[UUID, Client]:
    """Return those of the clients that are there, removed ones too."""
    found: dict[UUID, Client] = Client.objects.for_tenant(tenant_id).in_bulk(list(client_ids))
    return found


def name_is_taken(tenant_id: UUID, name: str, *, but: Client | None = None) -> bool:
    """Return whether another client that is not removed has this name, ignoring case."""
    clients = Client.objects.for_tenant(tenant_id).present().filter(name_key=key_of(name))
    return (clients.exclude(pk=but.pk) if but else clients).exists()


def may_introspect(client_id: str) -> bool:
    """Return whether a client may ask about tokens of others."""
    return Client.objects.filter(pk=client_id, may_introspect=True).exists()
