"""Which clients a list shows: those that match its filters."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy

from clients_app.limits import NAME_MAX
from clients_app.models import Client, ClientRole, ClientTag
from clients_app.rules.client_ids import digits_of
from clients_app.rules.names import key_of
from clients_app.selectors.clients.shows import Show, condition, first_expires_in
from clients_app.selectors.clients.timeline import timeline_period
from clients_app.selectors.periods import Period

#: What ``filtered`` looks at, as the screens name it.
FOUND_BY: Final = gettext_lazy("name, Client Id or tag")


def clients_of(
    tenant_id: UUID,
    *,
    now: datetime,
    q: str = "",
    show: Show = Show.ALL,
    role_id: UUID | None = None,
    tag: str = "",
    period: Period | None = None,
) -> QuerySet[Client]:
    """Return the clients of all types that match.

    With ``Show.TIMELINE`` those that expire in ``period``, by default in the next twelve months.
    """
    clients = filtered(Client.objects.for_tenant(tenant_id).filter(condition(show, now)), q)
    if show is Show.TIMELINE:
        period = period or timeline_period(now, get_current_timezone())
        clients = clients.filter(reduce(or_, first_expires_in(period, now)))
    if role_id is not None:
        holders = ClientRole.objects.filter(role_id=role_id).values("client")
        clients = clients.filter(pk__in=holders)
    if tag:
        tagged = ClientTag.objects.filter(name_key=key_of(tag)).values("client")
        clients = clients.filter(pk__in=tagged)
    return clients


def filtered(clients: QuerySet[Client], q: str) -> QuerySet[Client]:
    """Return those of ``clients`` that contain ``q`` (FOUND_BY), or whose id begins with it."""
    words = key_of(q)
    if not words:
        return clients
    if len(words) > 3 * NAME_MAX:  # longer than the key of any name
        return clients.none()
    fits = contains(words)
    if digits := digits_of(words):
        # ids that begin with these digits are one range of the primary key
        fits |= Q(pk__range=(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))))
    return clients.filter(fits)


def contains(key: str) -> Q:
    """Return the condition for clients with ``key`` in a text that FOUND_BY names."""
    tagged = ClientTag.objects.filter(name_key__contains=key).values("client")
    return Q(name_key__contains=key) | Q(pk__in=tagged)
