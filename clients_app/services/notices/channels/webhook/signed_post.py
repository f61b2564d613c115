"""A notice as a post, signed by the Standard Webhooks scheme, version 1 (symmetric)."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook as Signer

from clients_app import derived_keys
from clients_app.models import Delivery, NoticeChannel
from clients_app.services.notices import items
from clients_app.services.notices.channel import NotSent
from clients_app.services.notices.outgoing import Answered, post

EXPIRING = "client.secret.expiring"
TEST = "test"


def secret_of(row: NoticeChannel) -> str:
    """Return the secret that receivers verify with: ``whsec_`` and 32 bytes in base64.

    Errors: NotSent where SECRET_KEY has changed and the former one is no fallback.
    """
    key = derived_keys.key_by_id(derived_keys.WEBHOOKS, row.key_id)
    if key is None:
        raise NotSent(
            "SECRET_KEY has changed: make a new webhook secret, or add the former SECRET_KEY to "
            "SECRET_KEY_FALLBACKS.",
            for_good=True,
        )
    whole = derived_keys.mac(key, str(row.tenant_id).encode(), bytes(row.salt))
    return f"whsec_{base64.b64encode(whole).decode()}"


def post_notice(row: NoticeChannel, delivery: Delivery, *, now: datetime) -> Answered:
    """Post what ``delivery`` says; tried again, it has the same ``webhook-id``.

    Errors: NotSent.
    Source: Standard Webhooks, "Webhook headers" and "Payload structure".
    """
    body = json.dumps(payload(delivery))
    message_id = f"msg_{delivery.pk.hex}"
    signature = Signer(secret_of(row)).sign(message_id, now.astimezone(UTC), body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Security-Clients-Portal",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return post(row.settings["url"], body.encode(), headers)


def payload(delivery: Delivery) -> dict[str, Any]:
    """Return the body: its type, the moment of the event, and the secrets that end."""
    return {
        "type": TEST if delivery.is_test else EXPIRING,
        "timestamp": delivery.created_at.astimezone(UTC).isoformat(),
        "data": {
            "tenant_id": str(delivery.tenant_id),
            "tenant": delivery.tenant.name,
            "secrets": [
                {**item._asdict(), "expires_at": item.expires_at.isoformat(), "url": item.url}
                for item in items.read(delivery.secrets)
            ],
        },
    }
