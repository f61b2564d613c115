"""The columns of a client that the list sorts and counts by; what changes them keeps them here."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from clients_app.models import Client, ClientRole, Role
from clients_app.models.role import RoleQuerySet


def update_expiry(client: Client, *, now: datetime) -> None:
    """Set the expiry that the list shows for ``client``; the caller saves the row.

    A secret that Rotate has replaced does not count: its successor is there already.
    """
    present = client.secrets.filter(removed_at=None).without_successor()
    ends = set(present.values_list("expires_at", flat=True))
    client.never_expires = None in ends
    dated = [end for end in ends if end is not None]
    live = [end for end in dated if end > now]
    if live or client.never_expires:
        client.next_expires_at = min(live, default=None)
    else:
        client.next_expires_at = max(dated, default=None)


def update_first_role(client: Client) -> None:
    """Write the role that the list shows first for ``client``."""
    _write(Client.objects.filter(pk=client.pk), Role.objects.all())
    client.refresh_from_db(fields=["first_role_key"])


def update_first_role_of_clients(role: Role, *, removing: bool = False) -> None:
    """Do so for all clients with ``role``; ``removing`` counts it as removed already."""
    holders = ClientRole.objects.filter(role=role).values("client")
    clients = Client.objects.select_for_update(no_key=True).filter(pk__in=holders)
    locked = clients.order_by("pk").values("pk")  # in the order in which usage locks them
    roles = Role.objects.exclude(pk=role.pk) if removing else Role.objects.all()
    _write(Client.objects.filter(pk__in=locked), roles)


def _write(clients: QuerySet[Client], roles: RoleQuerySet) -> None:
    held = roles.filter(clients=OuterRef("pk")).in_screen_order()
    first = Subquery(held.values("name_key")[:1])
    clients.update(first_role_key=Coalesce(first, Value("")))
