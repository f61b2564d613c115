"""Rows of all tenants that are not under the current SECRET_KEY."""

from datetime import datetime
from typing import NamedTuple

from clients_app import derived_keys
from clients_app.models import AuditEvent, ClientSecret, NoticeChannel


class UnderFormerKeys(NamedTuple):
    """The number of rows of each kind."""

    secrets: int  # live ones under a fallback; the next use of each renews its MAC
    lost_secrets: int  # live ones under a lost key; the next use of each takes a run of Argon2id
    webhooks: int  # they need a new signing secret
    events: int  # of the audit chains; they never change


def rows_under_former_keys(*, now: datetime) -> UnderFormerKeys:
    """Return how many rows still need a former SECRET_KEY."""
    purposes = (derived_keys.WEBHOOKS, derived_keys.AUDIT_CHAIN)
    webhooks, chain = (derived_keys.current_key(purpose).id for purpose in purposes)
    current, *fallbacks = (key.id for key in derived_keys.keys_for(derived_keys.SECRET_TAGS))
    secrets = ClientSecret.objects.live(now)
    return UnderFormerKeys(
        secrets=secrets.filter(tag_key_id__in=fallbacks).count(),
        lost_secrets=secrets.exclude(tag_key_id__in=[current, *fallbacks]).count(),
        webhooks=NoticeChannel.objects.exclude(key_id__in=("", webhooks)).count(),
        events=AuditEvent.objects.exclude(chain_key_id=chain).count(),
    )
