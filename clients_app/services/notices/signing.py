"""Signing secrets of channels: derived, so that a copy of the database signs nothing."""

import base64
import secrets

from clients_app import derived_keys
from clients_app.models import NoticeChannel
from clients_app.services.notices.messages import NotSent


def renew(row: NoticeChannel) -> None:
    """Give the channel another secret; the caller saves the row."""
    row.salt = secrets.token_bytes(16)
    row.key_id = derived_keys.current_key(derived_keys.WEBHOOKS).id


def secret_of(row: NoticeChannel) -> str:
    """Return the secret that receivers verify with: ``whsec_`` and 32 bytes in base64.

    Errors: NotSent where SECRET_KEY has changed and the former one is no fallback.
    """
    key = derived_keys.key_by_id(derived_keys.WEBHOOKS, row.key_id)
    if key is None:
        raise NotSent(
            "SECRET_KEY has changed: create a new signing secret, or add the former SECRET_KEY to "
            "SECRET_KEY_FALLBACKS.",
            is_final=True,
        )
    value = derived_keys.mac(key, str(row.tenant_id).encode(), bytes(row.salt))
    return f"whsec_{base64.b64encode(value).decode()}"
