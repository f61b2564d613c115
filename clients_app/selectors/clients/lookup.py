"""Clients of a tenant by their ids or names."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.models import Client
from clients_app.rules.names import key_of
from clients_app.selectors.periods import RESTORABLE


def get_client(tenant_id: UUID, client_id: UUID) -> Client:
    """Return a client of the tenant that is not removed, or raise NotFound."""
    client = Client.objects.for_tenant(tenant_id).present().filter(pk=client_id).first()
    return existing(client, _("There is no such client."))


def get_removed_client(tenant_id: UUID, client_id: UUID, *, now: datetime) -> Client:
    """Return a client that was removed in the last 30 days, or raise NotFound."""
    removed = Client.objects.for_tenant(tenant_id).filter(removed_at__gt=now - RESTORABLE)
    return existing(removed.filter(pk=client_id).first(), _("There is no such removed client."))


def clients_named(tenant_id: UUID, client_ids: Iterable[UUID]) -> list[Client]:
    """Return those of the clients that are not removed, by name."""
    clients = Client.objects.chosen(tenant_id, client_ids).present()
    return list(clients.order_by("name_key", "pk"))


def clients_by_id(tenant_id: UUID, client_ids: Iterable[UUID]) -> dict[UUID, Client]:
    """Return those of the clients that exist, including removed ones."""
    return {client.pk: client for client in Client.objects.chosen(tenant_id, client_ids)}


def name_is_taken(tenant_id: UUID, name: str, *, but: Client | None = None) -> bool:
    """Return whether another client that is not removed has this name, ignoring case."""
    clients = Client.objects.for_tenant(tenant_id).present().filter(name_key=key_of(name))
    return (clients.exclude(pk=but.pk) if but else clients).exists()
