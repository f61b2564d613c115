"""Tables for people: aligned columns under a heading, and lists of facts."""

from collections.abc import Callable, Iterable
from typing import Final

_GAP: Final = "  "


class Table:
    """Rows with columns of the given widths; longer cells push what follows to the right."""

    def __init__(self, write: Callable[[str], object], /, **columns: int) -> None:
        """Write the headings: ``last_token=16`` is "LAST TOKEN", in 16 characters."""
        self._write = write
        self._widths = tuple(columns.values())
        self.row(*(name.replace("_", " ").upper() for name in columns))

    def row(self, *cells: object) -> None:
        """Write one row."""
        padded = (f"{cell!s:<{width}}" for cell, width in zip(cells, self._widths, strict=True))
        self._write(_GAP.join(padded).rstrip())


def fact_lines(facts: Iterable[tuple[str, object]]) -> str:
    """Return a line for each fact: its name, and what it says below that of the others."""
    listed = [(f"{name}:", said) for name, said in facts]
    width = max(len(name) for name, _said in listed)
    return "\n".join(f"{name:<{width}} {said}".rstrip() for name, said in listed)
