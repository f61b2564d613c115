"""The Django cache of a server that CACHE_URL names, with the table of the database behind it.

While the server is away, counting goes on in the table: used codes and requests for links stay
limited, and nobody gets an error. The table knows nothing of what the server counted before.
Only CACHE_URL imports this module: redis-py takes a fifth of the time that Django needs to start.
Values are JSON, as in the table: see ``shared_cache``.
"""

import json
import logging
import time
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from clients_app.services.shared_cache import SharedCache

AWAY_S: Final = 5.0  # until a server that was away is asked again

log = logging.getLogger("clients_app.cache")
away: Final = {"until": 0.0}  # on the monotonic clock, for this process


class OutsideCache(BaseCache):
    """The methods of a Django cache backend."""

    def __init__(self, location: Any, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {"retry": Retry(NoBackoff(), 0)} | params.get("OPTIONS", {})  # the table counts
        self._server = RedisCache(location, params | {"OPTIONS": options})
        self._table = SharedCache("", params)

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        return bool(self._either("add", key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._either("get", key, default, version)

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        self._either("set", key, value, timeout, version)

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._either("delete", key, version))

    def clear(self) -> None:
        self._either("clear")

    def _either(self, method: str, *given: Any) -> Any:
        """Return what the server answers, or the table while the server is away."""
        if time.monotonic() >= away["until"]:
            try:
                return getattr(self._server, method)(*given)
            except (RedisError, OSError) as error:
                away["until"] = time.monotonic() + AWAY_S
                log.warning("The server of CACHE_URL is away; the database counts: %s", error)
        return getattr(self._table, method)(*given)


class Json:
    """The serializer of the values: with pickles, a writer to the server could run code here."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, content: bytes) -> Any:
        return json.loads(content)
