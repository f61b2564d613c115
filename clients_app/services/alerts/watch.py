"""Watches the clients of all tenants: alerts begin where trouble begins, and end when it ends.

A chore of the worker. The number of queries does not depend on how many clients and tenants there
are; several nodes may watch at the same time, because a client has one alert of each kind.
"""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from clients_app.models import Alert, Client, TokenRefusal, TokenUsage
from clients_app.rules.alerts import (
    ADDRESS_AGAIN,
    LOOKED_BACK,
    QUIET_MIN,
    REFUSED_FOR,
    WELL_AFTER,
    AlertKind,
    silence_of,
)
from clients_app.selectors.periods import DAY
from clients_app.services.alerts import new_addresses, recovery, sending

BATCH: Final = 500  # in one run; the others a minute later
QUIET_BATCH: Final = 200  # whose hours of four weeks are read


def watch(*, now: datetime) -> None:
    """Begin, end and send alerts."""
    _end(now=now)
    _begin_refused(now=now)
    _begin_silent(now=now)
    new_addresses.judge(now=now)
    sending.send_due(now=now)


def _end(*, now: datetime) -> None:
    muted = (
        Q(kind=kind) & (Q(**{f"client__{kind.mute}": True}) | Q(**{f"tenant__{kind.mute}": True}))
        for kind in AlertKind
    )
    is_meant = Q(client__is_enabled=False) | Q(client__removed_at__isnull=False)
    refused_lately = Exists(_refusals(client=OuterRef("client"), last_at__gt=now - WELL_AFTER))
    got_token = Q(client__last_token_at__gt=F("begun_at"))
    is_well = got_token & (
        Q(kind=AlertKind.REFUSED) & (Q(sent_at=None) | ~refused_lately) | Q(kind=AlertKind.SILENT)
    )
    is_old = Q(kind=AlertKind.NEW_ADDRESS, sent_at__lt=now - ADDRESS_AGAIN)
    Alert.objects.filter(is_meant | reduce(or_, muted) | is_old).delete()
    recovery.end_recovered(Alert.objects.filter(is_well, sent_at__isnull=False), now=now)
    Alert.objects.filter(is_well, sent_at=None).delete()


def _begin_refused(*, now: datetime) -> None:
    """Begin alerts for clients that had tokens, and were refused since the last of them."""
    rows = _refusals(last_at__gt=now - DAY).filter(
        _is_watched(AlertKind.REFUSED, "client__"), last_at__gt=F("client__last_token_at")
    )
    begun = (
        Alert(
            tenant_id=row.client.tenant_id,
            client=row.client,
            kind=AlertKind.REFUSED,
            secret_id=row.secret_id,
            cause=row.cause,
            address=row.last_address,
            begun_at=(at := _begin_of(row)),
            due_at=at + REFUSED_FOR,
        )
        for row in rows.select_related("client").order_by("-last_at", "-pk")[:BATCH]
    )
    Alert.objects.bulk_create(begun, ignore_conflicts=True)


def _begin_silent(*, now: datetime) -> None:
    """Decide when each client that just got quiet will be silent; its next token ends the row."""
    clients = Client.objects.filter(
        _is_watched(AlertKind.SILENT),
        last_token_at__gt=now - LOOKED_BACK,
        last_token_at__lte=now - QUIET_MIN,
    )
    quiet = [
        (client, client.last_token_at)
        for client in clients.order_by("last_token_at")[:QUIET_BATCH]
        if client.last_token_at is not None
    ]
    uses = _uses(quiet)
    begun = []
    for client, last_token_at in quiet:
        silence = silence_of(uses.get(client.pk, ()))
        begun.append(
            Alert(
                tenant_id=client.tenant_id,
                client=client,
                kind=AlertKind.SILENT,
                usual_gap_s=silence and _hours(silence.usual_gap) * 3600,
                begun_at=last_token_at,
                due_at=silence and last_token_at + silence.after,
            )
        )
    Alert.objects.bulk_create(begun, ignore_conflicts=True)


def _uses(quiet: list[tuple[Client, datetime]]) -> dict[UUID, list[datetime]]:
    """Return when each of these clients got its last token of each hour, four weeks back."""
    if not quiet:
        return {}
    since = min(last_token_at for _, last_token_at in quiet) - LOOKED_BACK
    rows = TokenUsage.objects.filter(
        client__in=[client.pk for client, _ in quiet], hour__gt=since, tokens__gt=0
    )
    hours = rows.values_list("client_id", "hour").annotate(Max("last_at"))
    uses: dict[UUID, list[datetime]] = {}
    for client_id, _hour, last_at in hours.order_by().iterator():
        uses.setdefault(client_id, []).append(last_at)
    return uses


def _hours(gap: timedelta) -> int:
    return round(gap / timedelta(hours=1))


def _begin_of(row: TokenRefusal) -> datetime:
    """Return when requests began to be refused after the last token, or, if not known, later."""
    is_later = row.client.last_token_at is None or row.first_at > row.client.last_token_at
    return row.first_at if is_later else row.last_at


def _is_watched(kind: AlertKind, prefix: str = "") -> Q:
    """Return the condition that a client may get an alert of this kind, and has none.

    ``prefix`` leads to the client.
    """
    known = Alert.objects.filter(client=OuterRef(f"{prefix}pk"), kind=kind)
    conditions = {
        "removed_at": None,
        "is_enabled": True,
        kind.mute: False,
        f"tenant__{kind.mute}": False,
    }
    return Q(~Exists(known), **{f"{prefix}{name}": value for name, value in conditions.items()})


def _refusals(**filters: Any) -> QuerySet[TokenRefusal]:
    """Return refused requests, except those while the client was disabled on purpose."""
    return TokenRefusal.objects.filter(**filters).exclude(
        cause__in=(TokenRefusal.Cause.CLIENT_DISABLED, TokenRefusal.Cause.CLIENT_REMOVED)
    )
