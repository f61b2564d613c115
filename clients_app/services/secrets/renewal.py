"""Stored forms made with former parameters or under a former key: made anew when a secret is used.

Only then is its text at hand. The thread that runs Argon2id makes the new form, after its answer;
the thread that writes the counts of requests stores it. The secret itself stays what it is, so this
is no event of the audit chain.

Source: SEC-4, SEC-5 and AVA-6.
"""

import threading
from typing import Final
from uuid import UUID

from clients_app.models import ClientSecret
from clients_app.services.secrets import digests
from clients_app.services.secrets.digests import StoredSecret

_lock: Final = threading.Lock()
renewed: Final[dict[tuple[int, str], StoredSecret]] = {}  # by row and its former digest


def renew(plain: str, *, client_id: UUID, secret_id: int, digest: str) -> None:
    """Make the form of today of ``plain``, whose row has ``digest``; nothing is written yet."""
    stored = digests.stored_form(plain, client_id=client_id)
    with _lock:
        renewed[secret_id, digest] = stored


def flush() -> None:
    """Write what was made anew, but over no row that has changed meanwhile.

    Errors: django.db.Error; what was not written is kept for the next time.
    """
    for (secret_id, digest), stored in sorted(renewed.items()):
        ClientSecret.objects.filter(pk=secret_id, digest=digest).update(
            tag=stored.tag, tag_key_id=stored.tag_key_id, digest=stored.digest
        )
        with _lock:
            del renewed[secret_id, digest]
