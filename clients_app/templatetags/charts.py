"""Charts as inline SVG: attributes for the geometry, classes for the colours, no script.

The unit of a large chart is a percent of its size, so it fits any width and grows with the text. A
library would bring a script, or styles in attributes, which the Content-Security-Policy refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from clients_app.rules.chart_scale import compact, heights, ticks
from clients_app.templatetags import moments

register = template.Library()

_WIDTH: Final = 6  # of a bar of a spark, with a gap of 1 (charts.css)
_MIDDLE: Final = 2.5  # of its line
_FULL: Final = 14  # its height above the base line
_LEAST: Final = 1.5  # a count of 1 is still visible
_TOP: Final = 5.0  # percent of a chart above its highest mark, for half of its label
_PLOT: Final = 79.0  # percent between the highest mark and the base line; below it are times
_SEEN: Final = 2.5  # percent: the least height of a count that is not 0
_LABEL_EVERY: Final = {24: 6, 7: 1, 30: 7}  # slots: how many from one time to the next


class Series(NamedTuple):
    """What one colour of a chart shows; ``notes`` and ``remark`` are shown in the table and in the
    legend."""

    css_class: str
    name: str
    counts: Sequence[int]
    notes: Sequence[str] = ()
    remark: str = ""

    @property
    def total(self) -> int:
        """The sum of the counts."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Counts in hours or days; the first series is at the bottom. ``slots`` also has the end."""

    name: str  # unique in the page
    title: str
    slots: Sequence[datetime]
    series: Sequence[Series]
    help: str = ""  # below the table

    @property
    def is_hourly(self) -> bool:
        """True if each slot is an hour."""
        return len(self.slots) == 25


class Link(NamedTuple):
    """A period that a chart can show."""

    id: str
    label: str
    to: str
    is_current: bool


class Part(NamedTuple):
    """A part of a bar, in percent as text."""

    css_class: str
    y: str
    height: str


@register.simple_tag
def spark(days: Sequence[tuple[int, int]]) -> SafeString:
    """Return a small graph of days, oldest first, each with its tokens and refused requests."""
    top = max((tokens + refused for tokens, refused in days), default=0)
    bars = [heights(day, top=top or 1, full=_FULL, least=_LEAST) for day in days]
    return format_html(
        '<svg class="spark" role="img" viewBox="0 0 {} {}"><title>{}</title>{}{}{}</svg>',
        len(days) * _WIDTH - 1,
        _FULL + 1,
        spark_words(days),
        _columns("none", [(-1.0, 1.0)] * len(days)),
        _columns("tokens", [(0.0, tokens) for tokens, _ in bars]),
        _columns("refused", [(tokens, refused) for tokens, refused in bars]),
    )


def spark_words(days: Sequence[tuple[int, int]]) -> str:
    """Return what a spark shows: "7 days: 1,204 tokens, 3 refused requests"."""
    tokens, refused = sum(day[0] for day in days), sum(day[1] for day in days)
    return gettext("%(period)s: %(tokens)s, %(refused)s") % {
        "period": ngettext("%(n)s day", "%(n)s days", len(days)) % {"n": len(days)},
        "tokens": ngettext("%(n)s token", "%(n)s tokens", tokens) % {"n": f"{tokens:,}"},
        "refused": ngettext("%(n)s refused request", "%(n)s refused requests", refused)
        % {"n": f"{refused:,}"},
    }


def _columns(name: str, spans: Sequence[tuple[float, float]]) -> SafeString:
    """Return a path with a line for each pair: how high it starts, and its height.

    A list has 50 sparks: a number more for each bar would be 1 KB of the page, a step finer than
    half a pixel a quarter of that.
    """
    d = "".join(
        f"M{at * _WIDTH + _MIDDLE:g} {_FULL - _to_half(start):g}v-{_to_half(height):g}"
        for at, (start, height) in enumerate(spans)
        if height
    )
    return format_html('<path class="line-{}" d="{}"/>', name, d) if d else SafeString()


def _to_half(pixels: float) -> float:
    return round(2 * pixels) / 2


@register.inclusion_tag("clients_app/components/chart.html", takes_context=True)
def chart(context: Any, chart: Chart, links: Sequence[Link] = ()) -> dict[str, Any]:
    """Show counts as stacked bars, with a table of the same counts.

    ``links`` show other periods; they replace the pane of Details.
    """
    counts = list(zip(*(one.counts for one in chart.series), strict=True))
    sums = [sum(slot) for slot in counts]
    marks = ticks(max(sums), at_most=3)
    width = 100 / len(sums)
    css_classes = [one.css_class for one in chart.series]
    starts = chart.slots[:-1]
    bars = [
        {
            "x": f"{at * width:.3f}",
            "parts": stacked(slot, css_classes, top=marks[-1], full=_PLOT, base=_TOP + _PLOT),
            "words": f"{_slot_name(starts[at], chart)}: {_counts_words(slot, chart)}",
        }
        for at, slot in enumerate(counts)
    ]
    rows = [(start, _cells(at, chart)) for at, start in enumerate(starts) if sums[at]]
    return {
        "now": context["now"],
        "chart": chart,
        "links": links,
        "is_empty": not any(sums),
        "bars": bars,
        "width": f"{width:.3f}",
        "marks": [(f"{_height(mark, marks[-1]):.2f}", compact(mark)) for mark in marks],
        "labels": _labels(chart, width),
        "description": _description(chart, sums),
        "rows": rows[::-1],
    }


def _height(mark: int, top: int) -> float:
    return _TOP + _PLOT * (1 - mark / top)


def stacked(
    counts: Sequence[int], css_classes: Sequence[str], *, top: int, full: float, base: float
) -> list[Part]:
    """Return the parts of a bar, ``full`` high for a count of ``top``, from ``base`` upwards."""
    parts, y = [], base
    bar = heights(tuple(counts), top=top, full=full, least=_SEEN)
    for css_class, height in zip(css_classes, bar, strict=True):
        if height:
            y -= height
            parts.append(Part(css_class, f"{y:.2f}", f"{height:.2f}"))
    return parts


def _labels(chart: Chart, width: float) -> list[tuple[str, str, str]]:
    """Return where the times below the chart are, their texts, and classes for those that need
    room."""
    starts = chart.slots[:-1]
    every = _LABEL_EVERY.get(len(starts), 7)
    labels = []
    for nth, at in enumerate(range(len(starts) - 1, -1, -every)):
        is_end = nth == 0 and every > 1  # wider than its bar: it ends where the bar does
        x = 100 if is_end else (at + 0.5) * width
        css_class = "time-end" if is_end else "time-minor" if nth % 2 else ""
        labels.append((f"{x:.2f}", _short_name(starts[at], chart), css_class))
    return labels[::-1]


def _short_name(start: datetime, chart: Chart) -> str:
    pattern = "H:i" if chart.is_hourly else "D" if len(chart.slots) == 8 else "j M"
    return date_format(timezone.localtime(start), pattern)


def _slot_name(start: datetime, chart: Chart) -> str:
    return moments.day_time(start) if chart.is_hourly else moments.day(start)


def _counts_words(counts: Sequence[int], chart: Chart) -> str:
    named = zip(chart.series, counts, strict=True)
    return ", ".join(f"{one.name} {count:,}" for one, count in named)


def _description(chart: Chart, sums: Sequence[int]) -> str:
    """Return what a person sees at a glance: the totals, and when most was requested."""
    totals = _counts_words([one.total for one in chart.series], chart)
    most = _slot_name(chart.slots[sums.index(max(sums))], chart)
    if chart.is_hourly:
        return gettext("%(totals)s. Most in the hour from %(when)s.") % {
            "totals": totals,
            "when": most,
        }
    return gettext("%(totals)s. Most on %(when)s.") % {"totals": totals, "when": most}


def _cells(at: int, chart: Chart) -> list[tuple[int, str]]:
    """Return the counts of a slot with their notes."""
    return [(one.counts[at], one.notes[at] if one.notes else "") for one in chart.series]
