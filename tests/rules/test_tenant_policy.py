"""The policies of a tenant: each rule at its edges."""

from datetime import UTC, datetime, timedelta

import pytest

from clients_app.errors import RuleBroken
from clients_app.rules.tenant_policy import NO_POLICY, TenantPolicy, default_end, parse_days
from tests.moments import NOW, SECOND
from tests.refused_values import refused_at

DAY = timedelta(days=1)
QUARTER = TenantPolicy(secret_days_max=90)
ROTATES = TenantPolicy(rotation_days=90)
NO_NEVER = TenantPolicy(never_expires_allowed=False)


@pytest.mark.parametrize(
    ("policy", "age", "latest"),
    [
        (NO_POLICY, 0, None),
        (QUARTER, 0, 90),
        (QUARTER, 400, 90),
        (ROTATES, 0, 90),
        (ROTATES, 30, 60),
        (ROTATES, 91, -1),
        (TenantPolicy(secret_days_max=30, rotation_days=90), 0, 30),
        (TenantPolicy(secret_days_max=30, rotation_days=90), 80, 10),
    ],
)
def test_latest_end_follows_the_limit(policy: TenantPolicy, age: int, latest: int | None) -> None:
    created_at = NOW - age * DAY
    allowed = policy.latest_end(created_at=created_at, now=NOW)

    assert allowed == (None if latest is None else NOW + latest * DAY)
    if allowed is not None:
        policy.check_end(allowed, created_at=created_at, now=NOW)
        with pytest.raises(RuleBroken) as refused:
            policy.check_end(allowed + SECOND, created_at=created_at, now=NOW)
        assert refused.value.field == "secret.expiration"
        assert f"{allowed:%Y-%m-%d %H:%M} UTC" in str(refused.value)


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [(NO_POLICY, True), (QUARTER, False), (ROTATES, False), (NO_NEVER, False)],
)
def test_never_is_allowed_unless_forbidden_or_limited(policy: TenantPolicy, allowed: bool) -> None:
    assert policy.may_never_expire is allowed
    if allowed:
        policy.check_end(None, created_at=NOW, now=NOW)
    else:
        with pytest.raises(RuleBroken):
            policy.check_end(None, created_at=NOW, now=NOW)


def test_without_a_limit_any_date_is_allowed_where_never_is_not() -> None:
    NO_NEVER.check_end(NOW + 3650 * DAY, created_at=NOW, now=NOW)


@pytest.mark.parametrize(("age", "end"), [(0, 90), (59, 31), (60, 30), (61, 30), (400, 30)])
def test_a_forced_end_leaves_30_days(age: int, end: int) -> None:
    assert ROTATES.forced_end(created_at=NOW - age * DAY, now=NOW) == NOW + end * DAY
    assert QUARTER.forced_end(created_at=NOW - age * DAY, now=NOW) is None


def test_the_default_end_is_a_year_or_the_latest() -> None:
    assert default_end(NO_POLICY, now=NOW, zone=UTC) == datetime(2027, 11, 23, 12, tzinfo=UTC)
    assert default_end(QUARTER, now=NOW, zone=UTC) == NOW + 90 * DAY
    longer = TenantPolicy(secret_days_max=366)
    assert default_end(longer, now=NOW, zone=UTC) == datetime(2027, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(("text", "days"), [("", None), ("  ", None), ("1", 1), (" 3650 ", 3650)])
def test_days_in_range_are_taken(text: str, days: int | None) -> None:
    assert parse_days(text, field="rotation_days") == days


@pytest.mark.parametrize("text", ["0", "3651", "99999", "-1", "1.5", "007", "\u0663", "x", "1 2"])
def test_days_out_of_range_are_refused(text: str) -> None:
    with refused_at("rotation_days"):
        parse_days(text, field="rotation_days")
