"""Why a client is not well, what to do, and where: the first lines of Details."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext

from clients_app.models import Client, TokenRefusal
from clients_app.rules.health import (
    ADVICE,
    FAILING_FOR,
    NEVER_USED,
    SOME_REFUSED,
    Health,
    explained,
)
from clients_app.selectors.clients.usage import last_refusal
from clients_app.selectors.periods import DAY


class HealthNotice(NamedTuple):
    """``refusal`` is the latest group of refused requests, for those who may read Activity."""

    state: str
    tone: str
    label: str
    text: str
    advice: str
    refusal: TokenRefusal | None


def health_notice(client: Client, *, may_read_activity: bool, now: datetime) -> HealthNotice | None:
    """Return what to say about the client's health; None if there is nothing to say."""
    health = client.health(now)
    refused_at = client.last_refused_at
    is_refused = refused_at is not None and refused_at > now - FAILING_FOR
    is_recent = refused_at is not None and refused_at > now - DAY
    matters = is_recent or (is_refused and health in {Health.FAILING, Health.NO_TOKENS})
    if health is Health.WORKING and not matters:
        return None
    refusal = last_refusal(client) if matters and may_read_activity else None
    label, text, advice, tone = explained(health, may_call_nothing=client.may_call_nothing)
    if health is Health.UNUSED and client.last_token_at is None:
        label, text, advice, tone = NEVER_USED
    if health is Health.WORKING:
        label, text, advice, tone = SOME_REFUSED
    if refusal is not None and health in {Health.WORKING, Health.FAILING, Health.UNUSED}:
        advice = ADVICE[refusal.cause]
    words = (gettext(label), gettext(text), gettext(advice))
    return HealthNotice(health.value, tone, *words, refusal)
