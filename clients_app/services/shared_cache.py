"""A Django cache in the database, for values that all workers must share; CACHE_URL can replace it.

django-allauth keeps used codes, counts of requests for one-time links, and its locks here. With a
cache in each worker, a code could be used once per worker. Values are JSON, not pickles as in
Django's database cache: with pickle, write access to the database would run code in a worker.
"""

import json
import time
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from clients_app.models import SharedValue

_CLEANED_EVERY_S: Final = 60
_NEVER_S: Final = 1e12
_Timeout = float | None


class SharedCache(BaseCache):
    """The methods of a Django cache backend."""

    _last_cleaning = 0.0

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self, key: Any, value: Any, timeout: _Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Write a value where there is none; of concurrent calls, one succeeds."""
        now = time.time()
        row = self._row(key, value, timeout, version)
        self._remove_expired(row.name, now)
        fields = {"value": row.value, "expires_at": row.expires_at}
        _, is_new = SharedValue.objects.get_or_create(name=row.name, defaults=fields)
        return is_new

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version)
        row = SharedValue.objects.filter(name=name, expires_at__gt=time.time()).first()
        return json.loads(row.value) if row else default

    def set(
        self, key: Any, value: Any, timeout: _Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        SharedValue.objects.bulk_create(
            [self._row(key, value, timeout, version)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["value", "expires_at"],
        )

    def delete(self, key: Any, version: int | None = None) -> bool:
        rows = SharedValue.objects.filter(name=self.make_and_validate_key(key, version))
        return bool(rows.delete()[0])

    def clear(self) -> None:
        SharedValue.objects.all().delete()

    def _row(self, key: Any, value: Any, timeout: _Timeout, version: int | None) -> SharedValue:
        expires_at = self.get_backend_timeout(timeout)
        return SharedValue(
            name=self.make_and_validate_key(key, version),
            value=json.dumps(value),
            expires_at=_NEVER_S if expires_at is None else expires_at,
        )

    def _remove_expired(self, name: str, now: float) -> None:
        """Remove the value of this name if it has expired, and sometimes all that have."""
        expired = SharedValue.objects.filter(expires_at__lte=now)
        if now - self._last_cleaning >= _CLEANED_EVERY_S:
            self._last_cleaning = now
        else:
            expired = expired.filter(name=name)
        expired.delete()
