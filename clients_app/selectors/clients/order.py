"""The order of a list of clients, and when their credentials expire."""

from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    Func,
    Max,
    Min,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least, NullIf

from clients_app.models import Client
from clients_app.selectors.clients.shows import credentials_of_client, health_rank
from clients_app.selectors.periods import EXPIRED_LISTED

_NEVER: Final = Value(datetime(9999, 1, 1, tzinfo=UTC), output_field=DateTimeField())
_LONG_AGO: Final = Value(datetime(1970, 1, 1, tzinfo=UTC), output_field=DateTimeField())

#: Columns to sort by; "-" before a name reverses the order.
SORTS: Final = ("name", "status", "expires", "roles", "used", "removed")


def in_order(clients: QuerySet[Client], sort: str, now: datetime) -> QuerySet[Client]:
    """Return the clients in order, those without a value last, and by name within one value."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column == "name" or column not in SORTS:
        return clients.order_by("-name_key" if descending else "name_key", "pk")
    if column == "roles":
        return clients.order_by(f"{'-' * descending}first_role_key", "name_key", "pk")
    if column == "status":
        rank = health_rank(now)
        return clients.order_by(rank.desc() if descending else rank.asc(), "name_key", "pk")
    if column == "expires":
        clients = clients.annotate(ends=_next_expiration(now))
    keys = {"expires": "ends", "used": "last_token_at", "removed": "removed_at"}
    key = F(keys[column])
    order = key.desc(nulls_last=True) if descending else key.asc(nulls_last=True)
    return clients.order_by(order, "name_key", "pk")


def _next_expiration(now: datetime) -> Case:
    """Return when the first live credential expires, or when the last one expired. The client's
    row has it unless it is out of date."""
    first, last = _ends(now)
    still = Coalesce(first, Case(When(never_expires=False, then=last)))
    return Case(When(next_expires_at__lte=now, then=still), default="next_expires_at")


def _ends(now: datetime) -> tuple[NullIf, NullIf]:
    """Return when a client's first live credential expires, and when its last expired one did."""
    firsts, lasts = [], []
    for rows in credentials_of_client():
        live = rows.live(now).without_successor().values("client")
        over = rows.live(now - EXPIRED_LISTED).filter(expires_at__lte=now).values("client")
        firsts.append(Subquery(live.annotate(at=Min("expires_at")).values("at")))
        lasts.append(Subquery(over.annotate(at=Max("expires_at")).values("at")))
    return _chosen(Least, firsts, none=_NEVER), _chosen(Greatest, lasts, none=_LONG_AGO)


def _chosen(choose: type[Func], moments: list[Subquery], *, none: Value) -> NullIf:
    """Return one of the moments that there are; SQLite would choose NULL where one is missing."""
    return NullIf(choose(*(Coalesce(one, none) for one in moments)), none)


def with_expiry(clients: QuerySet[Client], now: datetime) -> QuerySet[Client]:
    """Return the clients with ``has_live_credential``, ``first_expiry`` of the live ones and
    ``last_expired``."""
    first, last = _ends(now)
    live = (Q(Exists(rows.live(now))) for rows in credentials_of_client())
    return clients.annotate(
        has_live_credential=reduce(or_, live), first_expiry=first, last_expired=last
    )
