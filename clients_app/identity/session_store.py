"""Sessions in the database, looked up only by well-formed keys."""

import re
from typing import Final

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

_KEY: Final = re.compile("[a-z0-9]{32}")


class SessionStore(DatabaseStore):
    """Django's, but a malformed cookie is no session: PostgreSQL may not even accept its text."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))
