"""How deep the values of a JSON text may lie in one another."""

from collections.abc import Iterable
from typing import Any, Final

DEPTH_MAX: Final = 20  # of objects and lists in one another; what shows them calls itself for each


def is_flat(found: Any) -> bool:
    """Return whether ``found`` has at most DEPTH_MAX levels, without calling itself for each."""
    level: list[Any] = [found]
    for _ in range(DEPTH_MAX):
        level = [inner for outer in level for inner in _members(outer)]
    return not level


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
