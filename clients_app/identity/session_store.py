"""Sessions in the database, of which it alone tells nothing (SES-9).

A row is found by a digest of its key, so the key in a cookie cannot be read from the database or a
copy of it. Its content, such as the key of an opened one-time link, is encrypted. A column names
the signed-in person, so that their sessions can be listed and ended.
"""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import OperationalError
from django.utils import timezone

from clients_app import derived_keys
from clients_app.models import Session

_KEY: Final = re.compile("[a-z0-9]{32}")
_DIGEST_MAX: Final = 40  # characters of Django's column, which hold 160 bits
_OF_NOBODY: Final = timedelta(hours=1)  # since the last change; a stranger can begin many


class SessionStore(DatabaseStore):
    """Django's; a malformed cookie is no session: PostgreSQL may not even accept its text."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))

    def save(self, must_create: bool = False) -> None:
        """Save; a database that cannot be written is OperationalError, not the session's end."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        digest = digest_of(self.session_key or "")
        now = timezone.now()
        row = self.model.objects.filter(session_key=digest, expire_date__gt=now).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return super().exists(digest_of(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]  # of ``get_model_class``
        row.session_key = digest_of(row.session_key)
        row.person_id = data.get(SESSION_KEY)
        if row.person_id is None:
            row.expire_date = timezone.now() + _OF_NOBODY
        return row

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(digest_of(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        plain = self.serializer().dumps(session_dict)
        return base64.b64encode(derived_keys.encrypt(plain, derived_keys.SESSIONS)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """Return the content; nothing if it was changed, or its key is lost."""
        try:
            plain = derived_keys.decrypt(base64.b64decode(session_data), derived_keys.SESSIONS)
        except (derived_keys.CannotDecrypt, ValueError):  # ValueError: it is not base64
            return {}
        content: dict[str, Any] = self.serializer().loads(plain)
        return content


def digest_of(session_key: str) -> str:
    """Return what the database has for ``session_key``, which is random enough to need no salt."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:_DIGEST_MAX]
