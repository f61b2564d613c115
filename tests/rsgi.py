"""Requests as granian passes them to the server's entrance (RSGI)."""

from collections.abc import Iterable
from types import SimpleNamespace


class Headers:
    """As granian has them: names in lower case, values that are not ASCII only by name."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = list(pairs)

    def __len__(self) -> int:
        return len(set(self.keys()))

    def items(self) -> list[tuple[str, str]]:
        return [pair for pair in self._pairs if pair[1].isascii()]

    def keys(self) -> list[str]:
        return [name for name, _ in self._pairs]

    def get(self, name: str, default: str | None = None) -> str | None:
        return next((value for key, value in self.items() if key == name), default)

    def __contains__(self, name: object) -> bool:
        return name in self.keys()


def rsgi_scope(*headers: tuple[str, str], **parts: str) -> SimpleNamespace:
    """Return a scope with ``headers``; ``parts`` replace its other attributes."""
    known = {
        "method": "POST",
        "path": "/",
        "query_string": "",
        "http_version": "1.1",
        "scheme": "http",
        "server": "127.0.0.1:8000",
        "client": "192.0.2.7:40000",
    }
    return SimpleNamespace(**{**known, **parts}, headers=Headers(headers))
