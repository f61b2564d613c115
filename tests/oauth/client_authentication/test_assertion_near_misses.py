"""What is kept of refused assertions: for a day, twenty, no token. CRE-7."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from clients_app.models import ClientKey, NearMiss
from clients_app.services.credentials import near_misses
from clients_app.services.usage import counts
from tests.oauth.assertions import asking, assertion, key_of, register
from tests.oauth.wsgi import Reply

Ask = Callable[..., Reply]
EC = key_of("EC")


@pytest.fixture
def own(good: SimpleNamespace) -> ClientKey:
    """The key of the good client."""
    return register(good.row, EC)


def test_near_misses_have_no_token_and_are_twenty_at_most(
    good: SimpleNamespace, own: ClientKey, ask: Ask, now: datetime
):
    for number in range(30):
        text = assertion(good.id, EC, aud=f"https://{number}.example/\x00")
        ask(body=asking(text))
        assert text.rpartition(".")[2] not in json.dumps(near_misses.noted[-1].verdicts)
        counts.flush()
    rows = list(NearMiss.objects.all())
    assert len(rows) == 20
    assert "29.example" in json.dumps(rows[0].verdicts)
    assert "10.example" in json.dumps(rows[-1].verdicts)


def test_flood_of_near_misses_is_noted_at_a_bounded_rate(
    good: SimpleNamespace, own: ClientKey, ask: Ask
):
    for _ in range(12):
        ask(body=asking(assertion(good.id, EC, aud="x")))
    assert len(near_misses.noted) == near_misses.OF_CLIENT_MAX


def test_near_misses_are_gone_after_a_day(good: SimpleNamespace, own: ClientKey, ask: Ask):
    ask(body=asking(assertion(good.id, EC, aud="x")))
    counts.flush()
    moment = datetime.now(UTC) + timedelta(hours=24)

    near_misses.remove_old(now=moment - timedelta(minutes=1))
    assert NearMiss.objects.count() == 1
    near_misses.remove_old(now=moment + timedelta(minutes=1))
    assert not NearMiss.objects.exists()
