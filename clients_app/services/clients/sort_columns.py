"""The columns of a client that the list sorts and counts by; what changes them keeps them here."""

from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from clients_app.models import Api, Client, ClientOwner, ClientRole, MayCall, Person, Role
from clients_app.models.role import RoleQuerySet

#: what ``update_expiry`` sets
EXPIRY_COLUMNS: Final = ("next_expires_at", "last_expires_at", "never_expires")


def update_expiry(client: Client, *, now: datetime) -> None:
    """Set the expiry that the list shows for ``client``; the caller saves EXPIRY_COLUMNS.

    Public keys and federated identities count as secrets do. For the next expiration, what Rotate
    has replaced does not count: its successor is there already.
    """
    lasts, ends = [], set[datetime | None]()
    for rows in (client.secrets, client.keys, client.identities):
        present = rows.present().order_by()
        lasts.append(present.aggregate(at=Max("expires_at"))["at"])
        ends |= set(present.without_successor().values_list("expires_at", flat=True))
    last = max((end for end in lasts if end is not None), default=None)
    set_expiry(client, ends, last=last, now=now)


def set_expiry(
    client: Client, ends: Set[datetime | None], *, last: datetime | None, now: datetime
) -> None:
    """Set it from the expirations of what counts, and the last one of all."""
    client.last_expires_at = last
    client.never_expires = None in ends
    dated = [end for end in ends if end is not None]
    live = [end for end in dated if end > now]
    if live or client.never_expires:
        client.next_expires_at = min(live, default=None)
    else:
        client.next_expires_at = max(dated, default=None)


def update_owned(client: Client) -> None:
    """Write whether ``client`` has an Owner who can sign in."""
    _write_owned(Client.objects.filter(pk=client.pk))
    client.refresh_from_db(fields=["has_owner"])


def update_clients_owned_by(person: Person) -> None:
    """Write that for all clients of ``person``, who can sign in now or no longer can."""
    _write_owned(_locked(ClientOwner.objects.filter(person=person)))


def first_role_key(roles: Iterable[Role]) -> str:
    """Return the key of the role that the list shows first, of some in the order of their names."""
    first = min(roles, key=lambda role: role.screen_rank, default=None)
    return first.name_key if first else ""


def update_first_role(client: Client) -> None:
    """Write the role that the list shows first for ``client``."""
    _write(Client.objects.filter(pk=client.pk), Role.objects.all())
    client.refresh_from_db(fields=["first_role_key"])


def update_first_role_of_clients(role: Role, *, removing: bool = False) -> None:
    """Write that for all clients with ``role``; ``removing`` counts it as removed already."""
    roles = Role.objects.exclude(pk=role.pk) if removing else Role.objects.all()
    _write(_locked(ClientRole.objects.filter(role=role)), roles)


def update_may_call_others(client: Client) -> None:
    """Set whether ``client`` may call more than the built-in API; the caller saves it."""
    client.may_call_others = client.may_call.exists()


def update_callers_of(removed: Api) -> None:
    """Write it for all clients that may call this API, which counts as removed already."""
    callers = _locked(MayCall.objects.filter(api=removed))
    others = MayCall.objects.filter(client=OuterRef("pk")).exclude(api=removed)
    callers.update(may_call_others=Exists(others))


def _locked(links: QuerySet[Any]) -> QuerySet[Client]:
    """Return the clients of these rows, locked in the order in which usage locks them."""
    clients = Client.objects.select_for_update(no_key=True).filter(pk__in=links.values("client"))
    return Client.objects.filter(pk__in=clients.order_by("pk").values("pk"))


def _write_owned(clients: QuerySet[Client]) -> None:
    active = ClientOwner.objects.filter(client=OuterRef("pk"), person__is_active=True)
    clients.update(has_owner=Exists(active))


def _write(clients: QuerySet[Client], roles: RoleQuerySet) -> None:
    held = roles.filter(clients=OuterRef("pk")).in_screen_order()
    first = Subquery(held.values("name_key")[:1])
    clients.update(first_role_key=Coalesce(first, Value("")))
