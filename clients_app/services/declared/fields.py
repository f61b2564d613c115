"""Fields of a file that know where they were."""

from collections.abc import Mapping
from typing import Any


class Fields(dict[Any, Any]):
    """Values by name, and the line of each name; lines begin with 1.

    ``line`` is where all of them begin.
    """

    def __init__(self, values: Mapping[Any, Any], *, line: int, lines: Mapping[Any, int]) -> None:
        super().__init__(values)
        self.line = line
        self.lines = lines


def line_of(raw: Any, name: str = "") -> str:
    """Return "Line 7: " for the name, or else for the whole; nothing if it came from no file."""
    if not isinstance(raw, Fields):
        return ""
    return f"Line {raw.lines.get(name, raw.line)}: "
