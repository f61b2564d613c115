"""Django's cache for what all workers must count together, where CACHE_URL names no other.

django-allauth keeps here how often passwords and codes were wrong, which codes were used, and its
locks. In a cache of each worker, strangers could guess once per worker. Values are JSON, unlike
those of Django's own database cache, which are pickled: with pickle, anyone who can write to the
database could run code in a worker.
"""

import json
import time
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from clients_app.models import SharedValue

_CLEANED_EVERY_S: Final = 60
_NEVER_S: Final = 1e12


class SharedCache(BaseCache):
    """The methods that Django asks a cache backend for."""

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
        """Write a value where there is none; of many processes that try at once, one succeeds."""
        now = time.time()
        row = self._row(key, value, timeout, version)
        self._remove_ended(row.name, now)
        fields = {"value": row.value, "ends": row.ends}
        _, is_new = SharedValue.objects.get_or_create(name=row.name, defaults=fields)
        return is_new

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version)
        row = SharedValue.objects.filter(name=name, ends__gt=time.time()).first()
        return json.loads(row.value) if row else default

    def set(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        SharedValue.objects.bulk_create(
            [self._row(key, value, timeout, version)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["value", "ends"],
        )

    def delete(self, key: Any, version: int | None = None) -> bool:
        rows = SharedValue.objects.filter(name=self.make_and_validate_key(key, version))
        return bool(rows.delete()[0])

    def clear(self) -> None:
        SharedValue.objects.all().delete()

    def _row(self, key: Any, value: Any, timeout: float | None, version: int | None) -> SharedValue:
        ends = self.get_backend_timeout(timeout)
        return SharedValue(
            name=self.make_and_validate_key(key, version),
            value=json.dumps(value),
            ends=_NEVER_S if ends is None else ends,
        )

    def _remove_ended(self, name: str, now: float) -> None:
        """Remove the value of this name if it has ended, and now and then all that have."""
        ended = SharedValue.objects.filter(ends__lte=now)
        if now - self._last_cleaning >= _CLEANED_EVERY_S:
            self._last_cleaning = now
            ended.delete()
        else:
            ended.filter(name=name).delete()
