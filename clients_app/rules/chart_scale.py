"""The scale of a chart of counts: round numbers for its axis, and heights of its bars."""

from itertools import count
from typing import Final

_ROUND: Final = (1, 2, 5)  # times a power of ten
_UNITS: Final = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


def ticks(highest: int, *, at_most: int = 4) -> tuple[int, ...]:
    """Return round numbers from 0 to one that is not below ``highest``, in equal steps.

    There are 1 to ``at_most`` steps; a step is a whole number, because counts are.
    """
    highest = max(highest, 1)
    steps = (digit * 10**power for power in count() for digit in _ROUND)
    step = next(step for step in steps if step * at_most >= highest)
    return tuple(range(0, highest + step, step))


def compact(number: int) -> str:
    """Return a number with at most one decimal: "980", "1.5k", "1M"; cut, never rounded up."""
    for size, unit in _UNITS:
        if number >= size:
            whole, tenth = divmod(number * 10 // size, 10)
            return f"{whole}.{tenth}{unit}" if tenth else f"{whole}{unit}"
    return str(number)


def heights(counts: tuple[int, ...], *, top: int, full: float, least: float) -> tuple[float, ...]:
    """Return the heights of the parts of a stacked bar, ``full`` for a count of ``top``.

    A count of 1 or more is at least ``least`` high, so that it can be seen; the parts together
    are at most ``full``.
    """
    parts = [max(least, full * count / top) if count else 0.0 for count in counts]
    if (excess := sum(parts) - full) > 0:
        tallest = parts.index(max(parts))
        parts[tallest] -= excess
    return tuple(parts)
