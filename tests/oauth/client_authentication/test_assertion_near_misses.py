"""What is kept of refused assertions: for a day, twenty, no token. CRE-7."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.models import ClientKey, NearMiss
from clients_app.services import failure_limits
from clients_app.services.credentials import near_misses
from clients_app.services.credentials.public_keys import VerifyingKey
from clients_app.services.usage import counts
from tests.factories import insert_clients
from tests.oauth.assertions import asking, assertion, key_of, register
from tests.oauth.wsgi import Reply

Ask = Callable[..., Reply]
EC = key_of("EC")
EXPIRED = {
    "created_at": datetime(2025, 12, 31, tzinfo=UTC),
    "expires_at": datetime(2026, 1, 1, tzinfo=UTC),
}


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


@pytest.mark.parametrize(
    ("change", "kid", "expected"),
    [
        ({}, EC.thumbprint(), ""),
        ({}, "another", EC.thumbprint()),
        (EXPIRED, EC.thumbprint(), ""),
    ],
    ids=["forged", "another kid", "expired"],  # the same in all processes, as a new kid is not
)
def test_kid_is_expected_only_where_another_would_help(
    change: dict[str, Any], kid: str, expected: str, good: SimpleNamespace, own: ClientKey, ask: Ask
):
    """Not the one that was sent, where another key signed or the key has expired."""
    ClientKey.objects.filter(pk=own.pk).update(**change)
    signed_by = EC if change else key_of("EC", 9)

    ask(body=asking(assertion(good.id, signed_by, header={"kid": kid})))

    [noted] = near_misses.noted
    assert noted.verdicts[0][:3] == ("kid", kid, expected)


def test_near_misses_are_gone_after_a_day(good: SimpleNamespace, own: ClientKey, ask: Ask):
    ask(body=asking(assertion(good.id, EC, aud="x")))
    counts.flush()
    moment = datetime.now(UTC) + timedelta(hours=24)

    near_misses.remove_old(now=moment - timedelta(minutes=1))
    assert NearMiss.objects.count() == 1
    near_misses.remove_old(now=moment + timedelta(minutes=1))
    assert not NearMiss.objects.exists()


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kid of each key that a signature was compared with."""
    kids: list[str] = []
    verifies = VerifyingKey.verifies

    def noted(key: VerifyingKey, *parts: Any, **more: Any) -> bool:
        kids.append(key.kid)
        return verifies(key, *parts, **more)

    monkeypatch.setattr(VerifyingKey, "verifies", noted)
    return kids


def forge(good: SimpleNamespace, **header: Any) -> bytes:
    return asking(assertion(good.id, key_of("EC", 9), header=header))


def test_forgery_is_compared_with_each_key_once(
    good: SimpleNamespace, own: ClientKey, ask: Ask, tried: list[str]
):
    ask(body=forge(good))
    assert tried == [EC.thumbprint()]


def test_flood_of_forgeries_costs_few_comparisons(
    good: SimpleNamespace, own: ClientKey, ask: Ask, tried: list[str], monkeypatch: Any
):
    """Nine keys that the JWT does not name are tried to tell people, but not again and again."""
    monkeypatch.setattr(failure_limits, "FAILURES_MAX", 10_000)
    for number in range(1, 9):
        register(good.row, key_of("EC", number))
    for _ in range(50):
        ask(body=forge(good, kid="unknown"))
    assert len(tried) <= near_misses.LOOKS_MAX
    assert len(tried) % 9 == 0
    counts.flush()
    ask(body=forge(good, kid="unknown"))
    assert len(tried) > near_misses.LOOKS_MAX // 9 * 9


def test_client_with_too_many_keys_to_look_at_leaves_room_for_others():
    assert not near_misses.look(near_misses.LOOKS_MAX + 1)
    assert near_misses.look(near_misses.LOOKS_MAX)
    assert not near_misses.look(1)


def test_source_with_too_many_failures_causes_no_more_of_that(
    good: SimpleNamespace, own: ClientKey, ask: Ask, tried: list[str], monkeypatch: Any
):
    monkeypatch.setattr(failure_limits, "FAILURES_MAX", 3)
    statuses = [ask(body=forge(good, kid="unknown")).status for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert len(tried) == 4  # before the fourth was counted

    counts.flush()
    ask(body=forge(good, kid="unknown"))
    assert not near_misses.noted
    ask(body=asking(assertion(good.id, EC, aud="x")))
    assert len(near_misses.noted) == 1  # with a right signature
    assert ask(body=asking(assertion(good.id, EC))).status == 200


def test_flood_for_many_clients_leaves_room_for_others(clients: SimpleNamespace, ask: Ask):
    tenant = clients.good.row.tenant
    for client in insert_clients([f"Pump {number}" for number in range(25)], tenant):
        register(client, EC)
        ask(body=asking(assertion(str(client.pk), key_of("EC", 9))))
    assert len(near_misses.noted) == near_misses.UNSIGNED_WAITING_MAX
