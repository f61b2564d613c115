"""The charts of token requests: of a client, of a rotation and of a tenant.

The period is part of the address: ``?period=7d``.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.models import Client, TokenUsage
from clients_app.rules.chart_slots import Period, period_since, slots_of
from clients_app.selectors.clients.charts import ClientCounts, client_counts, tenant_counts
from clients_app.selectors.credentials.rotations import Move, Rotation
from clients_app.selectors.credentials.uses import Use, Used, used_in
from clients_app.templatetags import moments
from clients_app.templatetags.charts import Chart, Link, Series

PERIODS: Final[dict[Period, str | Promise]] = {
    Period.DAY: _("24 hours"),
    Period.WEEK: _("7 days"),
    Period.MONTH: _("30 days"),
}
_HELP: Final = _(
    "Counts are per credential and hour. Machines are distinguished by address; each hour keeps "
    "only the last one."
)


def period_of(query: QueryDict, default: Period = Period.DAY) -> Period:
    """Return the period in an address."""
    text = query.get("period", "")
    return Period(text) if text in set(Period) else default


def with_period(state: str, query: QueryDict) -> str:
    """Return the query ``state`` of an address with the period of another, if it names one."""
    text = query.get("period", "")
    return _and_period(state, Period(text)) if text in set(Period) else state


def period_links(path: str, state: str, current: Period | None) -> list[Link]:
    """Return the links to each period of a chart at ``path``."""
    return [
        Link(period, str(label), path + _and_period(state, period), period is current)
        for period, label in PERIODS.items()
    ]


def _and_period(state: str, period: Period) -> str:
    return f"{state}{'&' if state else '?'}period={period}"


def client_chart(
    client: Client,
    period: Period,
    *,
    rotation: Rotation | None,
    uses: Iterable[TokenUsage],
    now: datetime,
) -> Chart:
    """Return the tokens and refused requests of a client.

    During a rotation its two secrets, or keys, have their own colours. ``uses`` are hours whose
    addresses the table shows.
    """
    slots = slots_of(period, now=now, zone=timezone.get_current_timezone())
    counts = client_counts(client, slots)
    rows = list(uses) if period is Period.DAY else []
    if rotation is None:
        tokens = _added(counts.tokens, slots)
        series = [Series("bar-tokens", gettext("Tokens"), tokens, _addresses(rows, slots))]
    else:
        series = _rotating(rotation, counts, slots, rows)
        pair = {rotation.new.used, rotation.old.used}
        others = {used: row for used, row in counts.tokens.items() if used not in pair}
        if others:
            series.append(Series("bar-other", gettext("Others"), _added(others, slots)))
    series.append(Series("bar-refused", gettext("Refused"), counts.refused))
    return Chart(
        name="usage",
        title=gettext("Token requests"),
        slots=slots,
        series=series,
    )


def rotation_charts(
    client: Client,
    rotations: Sequence[Rotation],
    period: Period,
    *,
    uses: Iterable[TokenUsage],
    now: datetime,
) -> list[Chart]:
    """Return the tokens of the new and the old secret, or key, of each rotation."""
    slots = slots_of(period, now=now, zone=timezone.get_current_timezone())
    counts = client_counts(client, slots)
    rows = list(uses) if period is Period.DAY else []
    return [
        Chart(
            name=f"rotation-{rotation.old.used.column}-{rotation.old.used.id}",
            title=gettext("Tokens by secret")
            if rotation.old.used.column == "secret_id"
            else gettext("Tokens by public key"),
            slots=slots,
            series=_rotating(rotation, counts, slots, rows),
            help=str(_HELP) if rows else "",
        )
        for rotation in rotations
    ]


def move_chart(
    client: Client, move: Move, period: Period, *, uses: Iterable[TokenUsage], now: datetime
) -> Chart:
    """Return the tokens of all secrets of a client, and those of all its keys and identities."""
    slots = slots_of(period, now=now, zone=timezone.get_current_timezone())
    counts = client_counts(client, slots)
    rows = list(uses) if period is Period.DAY else []
    return Chart(
        name="move",
        title=gettext("Tokens by secrets, and by keys and identities"),
        slots=slots,
        series=[
            _together("bar-tokens", gettext("Keys and identities"), move.new, counts, slots, rows),
            _together("bar-old", gettext("Secrets"), move.old, counts, slots, rows),
        ],
        help=str(_HELP) if rows else "",
    )


def _together(
    css_class: str,
    name: str,
    uses: Iterable[Use],
    counts: ClientCounts,
    slots: Sequence[datetime],
    rows: list[TokenUsage],
) -> Series:
    wanted = {use.used for use in uses}
    tokens: dict[Used | None, list[int]] = {
        used: row for used, row in counts.tokens.items() if used in wanted
    }
    own = [row for row in rows if used_in(row) in wanted]
    return Series(css_class, name, _added(tokens, slots), _addresses(own, slots))


def rotation_period(rotations: Sequence[Rotation], *, now: datetime) -> Period:
    """Return the period that shows all rotations from their start."""
    starts = (rotation.new.credential.created_at for rotation in rotations)
    return period_since(min(starts, default=now), now=now)


def tenant_chart(tenant_id: UUID, period: Period, *, now: datetime) -> Chart:
    """Return the tokens and refused requests of all clients of a tenant."""
    slots = slots_of(period, now=now, zone=timezone.get_current_timezone())
    tokens, refused = tenant_counts(tenant_id, slots)
    return Chart(
        name="tenant",
        title=gettext("Token requests"),
        slots=slots,
        series=[
            Series("bar-tokens", gettext("Tokens"), tokens),
            Series("bar-refused", gettext("Refused"), refused),
        ],
    )


def _rotating(
    rotation: Rotation, counts: ClientCounts, slots: Sequence[datetime], rows: list[TokenUsage]
) -> list[Series]:
    """Return the new secret or key and the old one, which is drawn above it."""
    none = [0] * (len(slots) - 1)
    return [
        Series(
            css_class,
            name % {"secret": use.credential.description or str(use.credential)},
            counts.tokens.get(use.used, none),
            _addresses([row for row in rows if used_in(row) == use.used], slots),
            remark,
        )
        for css_class, name, use, remark in (
            ("bar-tokens", gettext("New: %(secret)s"), rotation.new, ""),
            ("bar-old", gettext("Old: %(secret)s"), rotation.old, _last_use(rotation)),
        )
    ]


def _last_use(rotation: Rotation) -> str:
    """Return since when the old secret is not used, if it is idle."""
    last = rotation.old.credential.last_used_at
    if not rotation.old_is_idle:
        return ""
    if last is None:
        return gettext("never used")
    return gettext("no longer used since %(when)s") % {"when": moments.day_time(last)}


def _addresses(rows: Iterable[TokenUsage], slots: Sequence[datetime]) -> list[str]:
    """Return from where tokens were requested in each hour."""
    by_slot: list[dict[str, None]] = [{} for _ in slots]
    for row in rows:
        if row.last_address and row.hour >= slots[0]:
            by_slot[bisect_right(slots, row.hour) - 1][row.last_address] = None
    return [", ".join(one) for one in by_slot[:-1]]


def _added(by_used: dict[Used | None, list[int]], slots: Sequence[datetime]) -> list[int]:
    columns = zip(*by_used.values(), strict=True)
    return [sum(column) for column in columns] or [0] * (len(slots) - 1)
