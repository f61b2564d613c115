"""Fields of a file that know where they were."""

from collections.abc import Mapping
from typing import Any, Final

_LINELESS: Final = 0


class Fields(dict[Any, Any]):
    """Values by name, and the line of each name; lines begin with 1.

    ``line`` is where all of them begin.
    """

    def __init__(self, values: Mapping[Any, Any], *, line: int, lines: Mapping[Any, int]) -> None:
        super().__init__(values)
        self.line = line
        self.lines = lines


def line_of(raw: Any, name: str = "") -> str:
    """Return "Line 7: " for the name, or else for the whole; nothing if it came from no file.

    The name may be a path, such as ``public_keys.2.key``.
    """
    line, part = _LINELESS, raw
    for word in ("", *name.split(".")):
        if isinstance(part, list) and word.isdecimal() and 0 < int(word) <= len(part):
            part, word = part[int(word) - 1], ""
        if not isinstance(part, Fields):
            continue
        line = part.lines.get(word, line if word else part.line)
        part = part.get(word, part)
    return "" if line == _LINELESS else f"Line {line}: "
