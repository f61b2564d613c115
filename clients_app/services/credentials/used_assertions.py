"""Which assertions were used: one authenticates a client once, on one node (CRE-5).

What is stored may be lost in a crash or with its file. Then an assertion of the last minutes could
be used once more, by somebody who has read it on its way.
"""

import hashlib
from datetime import datetime
from typing import Final

from django.db import connections, router

from clients_app.models import UsedAssertion

#: One statement, because of two at the same time only one may be the first.
_ADD: Final = """
INSERT INTO clients_app_usedassertion (key, ends_at) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING
"""


def use(client_id: str, jti: str, *, ends_at: float) -> bool:
    """Return True the first time; ``ends_at``, in seconds since 1970, is when nobody accepts it.

    Errors: django.db.Error; then nobody knows.
    """
    key = hashlib.sha256(f"{client_id} {jti}".encode("utf-8", "surrogatepass")).hexdigest()
    with connections[router.db_for_write(UsedAssertion)].cursor() as cursor:
        cursor.execute(_ADD, (key, int(ends_at) + 1))
        return bool(cursor.rowcount == 1)


def delete_expired(*, now: datetime) -> None:
    """Forget assertions that are refused because they have expired: a chore."""
    UsedAssertion.objects.filter(ends_at__lt=int(now.timestamp())).delete()
