"""The states that the list of clients can be filtered by, as conditions on stored columns."""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Case, Exists, F, IntegerField, Min, OuterRef, Q, Value, When

from clients_app.models import Alert, ClientSecret
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.rules.health import FAILING_FOR, Health
from clients_app.selectors.credentials.uses import COLUMNS
from clients_app.selectors.periods import (
    DAY,
    EXPIRED_LISTED,
    EXPIRING,
    OLD,
    RECENT,
    RESTORABLE,
    UNUSED,
    Period,
)


class Show(StrEnum):
    """Which clients are shown; by default all that are not removed."""

    ALL = ""
    ACTIVE = "active"
    DISABLED = "disabled"
    FAILING = "failing"  # refused, and not issued a token since
    NO_TOKENS = "no-tokens"  # enabled, but without a live secret or an API to call
    REFUSED = "refused"  # a token request was refused within 24 hours
    EXPIRING_SOON = "expiring-soon"  # a live secret expires within 7 days
    EXPIRING = "expiring"  # a live secret expires within 30 days
    EXPIRED = "expired"  # has secrets, but no live one
    NEVER = "never"  # a live secret that never expires
    NO_SECRETS = "no-secrets"
    UNUSED = "unused"  # no token for 90 days, and older than that
    NO_OWNER = "no-owner"
    ALERTED = "alerted"  # people got an alert, and the client is not well again
    OLD = "old"  # a live secret was added more than a year ago
    TIMELINE = "timeline"  # the first live secret expires within a year
    REMOVED = "removed"  # can still be restored


_WITH_SECRETS: Final = Q(
    client_type__in=[one.id for one in CLIENT_TYPES.values() if one.has_secrets]
)
_WITHOUT_PEOPLE: Final = Q(
    client_type__in=[one.id for one in CLIENT_TYPES.values() if not one.signs_people_in]
)


def condition(show: Show, now: datetime) -> Q:
    """Return the condition for the clients that ``show`` shows."""
    if show is Show.REMOVED:
        return Q(removed_at__gt=now - RESTORABLE)
    return Q(removed_at=None) & reduce(or_, cases(show, now))


def cases(show: Show, now: datetime) -> tuple[Q, ...]:
    """Return conditions of which one holds for each client in a state, and never two.

    Each compares one or two columns, so that an index finds its clients. Credentials expire
    without a write, so conditions compare the stored dates with ``now``. They look at credentials
    only where the first of several has expired.
    """
    return _CASES.get(show, lambda now: (Q(),))(now)


def health_rank(now: datetime) -> Case:
    """Return the place of a client's health in ``Health``, to sort by."""
    ranks = {health: Value(rank) for rank, health in enumerate(Health)}
    used = Q(last_token_at__gte=now - UNUSED)
    return Case(
        When(is_enabled=False, then=ranks[Health.DISABLED]),
        When(_cannot_request(now), then=ranks[Health.NO_TOKENS]),
        When(_is_refused(now), then=ranks[Health.FAILING]),
        When(used, then=ranks[Health.WORKING]),
        default=ranks[Health.UNUSED],
        output_field=IntegerField(),
    )


def first_expires_in(period: Period, now: datetime) -> tuple[Q, Q]:
    """Return the cases in which the first live credential of a client expires in ``period``.

    One that Rotate has replaced does not count. The client's row says when that is, unless the
    moment in it has passed; only then are the credentials read.
    """
    stored = Q(next_expires_at__gt=now, next_expires_at__gte=period.start)
    # a group for each kind, as PostgreSQL would read all of it to answer without one
    firsts = [
        rows.live(now)
        .exclude(expires_at=None)
        .without_successor()
        .values("client")
        .annotate(at=Min("expires_at"))
        for rows in credentials_of_client()
    ]
    within = _exists(rows.filter(at__gte=period.start, at__lt=period.end) for rows in firsts)
    later = Q(next_expires_at__lte=now, last_expires_at__gt=now) & within
    if period.start > now:  # nothing that is live ends sooner
        later &= ~_exists(rows.filter(at__lt=period.start) for rows in firsts)
    return (stored & Q(next_expires_at__lt=period.end), later)


def credentials_of_client() -> list[Any]:
    """Return the credentials of the client of the outer query, those of each kind."""
    return [kind.objects.filter(client=OuterRef("pk")).order_by() for kind in COLUMNS]


def _exists(queries: Iterable[Any]) -> Q:
    return reduce(or_, (Q(Exists(one)) for one in queries))


def _secrets_of_client() -> Any:
    """Return the secrets alone: a public key or a federated identity does not wear out."""
    return ClientSecret.objects.filter(client=OuterRef("pk")).order_by()


def _sent_alerts() -> Any:
    return Alert.objects.filter(client=OuterRef("pk"), sent_at__isnull=False)


def _cannot_request(now: datetime) -> Q:
    is_over = Q(last_expires_at=None) | Q(last_expires_at__lte=now)
    lacks_secret = _WITH_SECRETS & Q(never_expires=False) & is_over
    calls_nothing = _WITHOUT_PEOPLE & Q(may_call_built_in=False, may_call_others=False)
    return lacks_secret | calls_nothing


def _is_refused(now: datetime) -> Q:
    not_since = Q(last_token_at=None) | Q(last_token_at__lt=F("last_refused_at"))
    return Q(last_refused_at__gt=now - FAILING_FOR) & not_since


_CASES: Final[dict[Show, Callable[[datetime], tuple[Q, ...]]]] = {
    Show.ACTIVE: lambda now: (Q(is_enabled=True),),
    Show.DISABLED: lambda now: (Q(is_enabled=False),),
    Show.FAILING: lambda now: (Q(is_enabled=True) & ~_cannot_request(now) & _is_refused(now),),
    Show.NO_TOKENS: lambda now: (Q(is_enabled=True) & _cannot_request(now),),
    Show.REFUSED: lambda now: (Q(last_refused_at__gt=now - DAY),),
    Show.EXPIRING_SOON: lambda now: first_expires_in(Period(now, now + RECENT), now),
    Show.EXPIRING: lambda now: first_expires_in(Period(now, now + EXPIRING), now),
    Show.EXPIRED: lambda now: (
        Q(
            never_expires=False,
            last_expires_at__gt=now - EXPIRED_LISTED,
            last_expires_at__lte=now,
        ),
    ),
    Show.NEVER: lambda now: (Q(never_expires=True),),
    Show.NO_SECRETS: lambda now: (
        _WITH_SECRETS & Q(never_expires=False, last_expires_at=None),
        _WITH_SECRETS & Q(never_expires=False, last_expires_at__lte=now - EXPIRED_LISTED),
    ),
    Show.UNUSED: lambda now: (
        Q(last_token_at__lt=now - UNUSED),
        Q(last_token_at=None, created_at__lt=now - UNUSED),
    ),
    Show.NO_OWNER: lambda now: (Q(has_owner=False),),
    Show.ALERTED: lambda now: (Q(Exists(_sent_alerts())),),
    Show.OLD: lambda now: (
        Q(Exists(_secrets_of_client().live(now).filter(created_at__lt=now - OLD))),
    ),
}
