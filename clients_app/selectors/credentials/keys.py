"""The public keys of a client."""

from datetime import datetime
from typing import Any

from clients_app.errors import existing, gettext_noop
from clients_app.models import Client, ClientKey
from clients_app.selectors.credentials.identities import with_last_use
from clients_app.selectors.periods import EXPIRED_LISTED


def listed_keys(client: Client, *, now: datetime) -> list[Any]:
    """Return the live and the recently expired public keys, newest first.

    Each has ``last_used_at`` and ``last_used_address``.
    """
    return list(with_last_use(client.keys.live(now - EXPIRED_LISTED), "key").order_by("-id"))


def get_key(client: Client, key_id: int, *, now: datetime) -> ClientKey:
    """Return one of ``listed_keys``, or raise NotFound."""
    found: ClientKey | None = client.keys.live(now - EXPIRED_LISTED).filter(pk=key_id).first()
    return existing(found, gettext_noop("There is no such public key. It may have been removed."))
