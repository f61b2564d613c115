"""Rows of all tenants that still need a former SECRET_KEY."""

from datetime import datetime
from typing import NamedTuple

from clients_app import derived_keys
from clients_app.models import AuditEvent, ClientSecret, NoticeChannel


class UnderFormerKeys(NamedTuple):
    """The number of rows of each kind."""

    secrets: int  # live ones; the next use of each updates its tag
    webhooks: int  # they need a new signing secret
    events: int  # of the audit chains; they never change


def rows_under_former_keys(*, now: datetime) -> UnderFormerKeys:
    """Return how many rows still need a former SECRET_KEY."""
    purposes = (derived_keys.SECRET_TAGS, derived_keys.WEBHOOKS, derived_keys.AUDIT_CHAIN)
    tags, webhooks, chain = (derived_keys.current_key(purpose).id for purpose in purposes)
    return UnderFormerKeys(
        secrets=ClientSecret.objects.live(now).exclude(tag_key_id=tags).count(),
        webhooks=NoticeChannel.objects.exclude(key_id__in=("", webhooks)).count(),
        events=AuditEvent.objects.exclude(chain_key_id=chain).count(),
    )
