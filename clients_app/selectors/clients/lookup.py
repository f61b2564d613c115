"""Clients of a tenant by their ids or names."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, TextField, UUIDField

from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.models import Client
from clients_app.models.prepared import Argument, Prepared
from clients_app.rules.client_ids import parse_client_id, pasted_id
from clients_app.rules.names import key_of
from clients_app.selectors.periods import RESTORABLE


def get_client(tenant_id: UUID, client_id: UUID) -> Client:
    """Return a client of the tenant that is not removed, or raise NotFound."""
    client = Client.objects.for_tenant(tenant_id).present().filter(pk=client_id).first()
    return existing(client, _("There is no such client."))


def find_client(tenant_id: UUID, text: str) -> Client:
    """Return the client of the tenant with this Client Id or name, or raise NotFound.

    A text with the form of an id is no name: a client can be named like another one's id.
    """
    client_id = parse_client_id(text)
    fits = Q(pk=client_id) if client_id else Q(name_key=key_of(text))
    client = Client.objects.for_tenant(tenant_id).present().filter(fits).first()
    return existing(client, _("There is no client with the name or id %(text)s."), text=text)


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


def clients_called(tenant_id: UUID, texts: Collection[str]) -> dict[str, Client]:
    """Return the client that each text names or whose Client Id it is; removed ones are none.

    An id comes first: a client can be named like another one's id.
    """
    ids = {text: pasted_id(text) for text in texts}
    wanted = Q(name_key__in={key_of(text) for text in texts}) | Q(pk__in=set(ids.values()) - {None})
    found = Client.objects.for_tenant(tenant_id).present().filter(wanted)
    called: dict[Any, Client] = {}
    for client in found:
        called[client.pk] = called[client.name_key] = client
    pairs = ((text, called.get(ids[text]) or called.get(key_of(text))) for text in texts)
    return {text: client for text, client in pairs if client is not None}


def name_is_taken(tenant_id: UUID, name: str, *, but: Client | None = None) -> bool:
    """Return whether another client that is not removed has this name, ignoring case."""
    rows = _called.rows(tenant_id=tenant_id, name_key=key_of(name))
    return any(but is None or client_id != but.pk for (client_id,) in rows)


_called: Final = Prepared(
    lambda: (
        Client.objects.for_tenant(Argument("tenant_id", UUIDField()))
        .present()
        .filter(name_key=Argument("name_key", TextField()))
        .values_list("pk")
    )
)
