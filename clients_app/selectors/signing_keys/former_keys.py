"""What was made under a former SECRET_KEY and still needs it, in all tenants."""

from datetime import datetime
from typing import NamedTuple

from clients_app import derived_keys
from clients_app.models import AuditEvent, ClientSecret, NoticeChannel


class UnderFormerKeys(NamedTuple):
    """How many rows there are of each kind."""

    secrets: int  # live ones; the next use of each writes its tag anew
    webhooks: int  # whose secret ends with the key; they need a new one
    events: int  # of the audit chains; they stay as they are


def rows_under_former_keys(*, now: datetime) -> UnderFormerKeys:
    """Return how many rows a former SECRET_KEY is still needed for."""
    purposes = (derived_keys.SECRET_TAGS, derived_keys.WEBHOOKS, derived_keys.AUDIT_CHAIN)
    tags, webhooks, chain = (derived_keys.current_key(purpose).id for purpose in purposes)
    return UnderFormerKeys(
        secrets=ClientSecret.objects.live(now).exclude(tag_key_id=tags).count(),
        webhooks=NoticeChannel.objects.exclude(key_id__in=("", webhooks)).count(),
        events=AuditEvent.objects.exclude(chain_key_id=chain).count(),
    )
