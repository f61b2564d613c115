"""Charts as inline SVG: attributes for the geometry, classes for the colours, no script."""

from collections.abc import Sequence
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from clients_app.rules.chart_scale import heights

register = template.Library()

_BAR: Final = 5  # width of a bar of a spark, with a gap of 1
_FULL: Final = 14  # its height above the base line
_LEAST: Final = 1.5  # a count of 1 is still visible


@register.simple_tag
def spark(days: Sequence[tuple[int, int]]) -> SafeString:
    """Return a small graph of days, oldest first, each with its tokens and refused requests."""
    top = max((tokens + refused for tokens, refused in days), default=0)
    bars = [heights(day, top=top or 1, full=_FULL, least=_LEAST) for day in days]
    issued = _columns([(0.0, tokens) for tokens, _ in bars])
    return format_html(
        '<svg class="spark" role="img" viewBox="0 0 {} {}"><title>{}</title>'
        '<path class="bar-none" d="{}"/><path class="bar-tokens" d="{}"/>'
        '<path class="bar-refused" d="{}"/></svg>',
        len(days) * (_BAR + 1) - 1,
        _FULL + 1,
        spark_words(days),
        _columns([(-1.0, 1.0)] * len(days)),
        issued,
        _columns([(tokens, refused) for tokens, refused in bars]),
    )


def spark_words(days: Sequence[tuple[int, int]]) -> str:
    """Return what a spark shows: "7 days: 1,204 tokens, 3 refused requests"."""
    tokens, refused = sum(day[0] for day in days), sum(day[1] for day in days)
    return gettext("%(period)s: %(tokens)s, %(refused)s") % {
        "period": ngettext("%(n)s day", "%(n)s days", len(days)) % {"n": len(days)},
        "tokens": token_words(tokens),
        "refused": refused_words(refused),
    }


def token_words(count: int) -> str:
    """Return "1,204 tokens"."""
    return ngettext("%(n)s token", "%(n)s tokens", count) % {"n": f"{count:,}"}


def refused_words(count: int) -> str:
    """Return "3 refused requests"."""
    words = ngettext("%(n)s refused request", "%(n)s refused requests", count)
    return words % {"n": f"{count:,}"}


def _columns(spans: Sequence[tuple[float, float]]) -> str:
    """Return the path of one column for each pair: how high it starts, and its height."""
    return "".join(
        f"M{at * (_BAR + 1)} {_FULL - start - height:.4g}h{_BAR}v{height:.4g}h-{_BAR}z"
        for at, (start, height) in enumerate(spans)
        if height
    )
