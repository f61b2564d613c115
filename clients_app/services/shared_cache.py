"""Django's cache for what all workers must count together, where CACHE_URL names no other.

django-allauth keeps here how often passwords and codes were wrong, which codes were used, and its
locks. A worker alone would let strangers guess once in each. Values are JSON: whoever can write
into the database must not thereby run code in a worker, as he could with pickle.
"""

import json
import time
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from clients_app.services.passing_rows import execute

_CLEANED_EVERY_S: Final = 60
_ADD: Final = """
INSERT INTO clients_app_sharedvalue AS t (name, value, ends) VALUES (%s, %s, %s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, ends = excluded.ends WHERE t.ends <= %s
RETURNING name
"""
_SET: Final = """
INSERT INTO clients_app_sharedvalue (name, value, ends) VALUES (%s, %s, %s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, ends = excluded.ends
"""
_GET: Final = "SELECT value FROM clients_app_sharedvalue WHERE name = %s AND ends > %s"
_DELETE: Final = "DELETE FROM clients_app_sharedvalue WHERE name = %s RETURNING name"
_FORGET: Final = "DELETE FROM clients_app_sharedvalue WHERE ends <= %s"


class SharedCache(BaseCache):
    """The plug that Django asks for."""

    _last_cleaning = 0.0

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Write a value where there is none; of many who do it at once, one succeeds."""
        now = time.time()
        self._clean(now)
        name = self.make_and_validate_key(key, version)
        return bool(execute(_ADD, (name, json.dumps(value), self._end(timeout), now)))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        rows = execute(_GET, (self.make_and_validate_key(key, version), time.time()))
        return json.loads(rows[0][0]) if rows else default

    def set(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        name = self.make_and_validate_key(key, version)
        execute(_SET, (name, json.dumps(value), self._end(timeout)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(execute(_DELETE, (self.make_and_validate_key(key, version),)))

    def clear(self) -> None:
        execute(_FORGET, (float("inf"),))

    def _end(self, timeout: float | None) -> float:
        ends = self.get_backend_timeout(timeout)
        return 1e12 if ends is None else ends

    def _clean(self, now: float) -> None:
        """Remove what has ended, now and then."""
        if now - self._last_cleaning >= _CLEANED_EVERY_S:
            self._last_cleaning = now
            execute(_FORGET, (now,))
