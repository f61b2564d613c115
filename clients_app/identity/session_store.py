"""Sessions in the database, looked up only by keys that could be one."""

import re
from typing import Final

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

_KEY: Final = re.compile("[a-z0-9]{32}")


class SessionStore(DatabaseStore):
    """Django's; a cookie of other text, which PostgreSQL may not even take, is no session."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))
