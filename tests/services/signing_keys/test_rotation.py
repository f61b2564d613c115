"""The life cycle of a signing key: KEY-4 to KEY-6."""

from datetime import timedelta
from typing import Any

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import AuditEvent, SigningKey, Tenant
from clients_app.services.signing_keys.public_keys import is_trusted, published_jwks
from clients_app.services.signing_keys.rotation import (
    ensure_active_key,
    follow_schedule,
    rotate_keys,
)
from tests.moments import NOW, SECOND
from tests.services.signing_keys.key_states import DAY, LEAD, events, states


def test_scheduled_rotation_reaches_each_state_on_time(active_key: SigningKey, tenant: Tenant):
    """KEY-4: both sides of each change of state."""
    follow_schedule(now=NOW + 76 * DAY - SECOND)
    assert states() == ["active"]

    follow_schedule(now=NOW + 76 * DAY)
    assert states() == ["active", "next"]
    following = SigningKey.objects.get(state="next")
    assert following.signs_from == NOW + 90 * DAY
    assert [jwk["kid"] for jwk in published_jwks()["keys"]] == [active_key.kid, following.kid]
    assert not is_trusted(following.kid)

    follow_schedule(now=NOW + 90 * DAY - SECOND)
    assert states() == ["active", "next"]

    rotated_at = NOW + 90 * DAY
    follow_schedule(now=rotated_at)
    assert states() == ["retired", "active"]
    assert ensure_active_key(now=rotated_at) == following
    assert is_trusted(active_key.kid)
    assert len(published_jwks()["keys"]) == 2

    follow_schedule(now=rotated_at + timedelta(seconds=3900) - SECOND)
    assert is_trusted(active_key.kid)
    follow_schedule(now=rotated_at + timedelta(seconds=3900))
    assert states() == ["removed", "active"]
    assert [jwk["kid"] for jwk in published_jwks()["keys"]] == [following.kid]
    assert bytes(SigningKey.objects.get(kid=active_key.kid).private_part) == b""
    assert events(tenant) == [
        "key.added",
        "key.published",
        "key.retired",
        "key.activated",
        "key.removed",
    ]


def test_nothing_due_costs_one_query(active_key: SigningKey, django_assert_num_queries: Any):
    with django_assert_num_queries(1):
        follow_schedule(now=NOW + DAY)


def test_short_rotation_period_still_publishes_the_next_key_early(
    active_key: SigningKey, settings: Any
):
    settings.KEY_ROTATION_DAYS = 1

    follow_schedule(now=NOW + 3 * DAY)

    assert SigningKey.objects.get(state="next").signs_from == NOW + 3 * DAY + LEAD


def test_rotate_activates_the_new_key_after_every_verifier_knows_it(
    active_key: SigningKey, operator: Actor
):
    following = rotate_keys(actor=operator, now=NOW)

    assert (following.state, following.signs_from) == ("next", NOW + LEAD)
    follow_schedule(now=NOW + LEAD - SECOND)
    assert states() == ["active", "next"]
    follow_schedule(now=NOW + LEAD)
    assert states() == ["retired", "active"]


def test_rotate_twice_rotates_once(active_key: SigningKey, operator: Actor, tenant: Tenant):
    once = rotate_keys(actor=operator, now=NOW)

    again = rotate_keys(actor=operator, now=NOW + 60 * SECOND)

    assert (again.kid, again.signs_from) == (once.kid, NOW + LEAD)
    assert events(tenant) == ["key.added", "key.published"]


def test_rotate_uses_a_published_next_key(active_key: SigningKey, operator: Actor, tenant: Tenant):
    follow_schedule(now=NOW + 76 * DAY)
    soon = rotate_keys(actor=operator, now=NOW + 76 * DAY + SECOND)
    assert (soon.state, soon.signs_from) == ("next", NOW + 76 * DAY + LEAD)

    at_once = rotate_keys(actor=operator, now=NOW + 76 * DAY + LEAD)

    assert (at_once.kid, at_once.state) == (soon.kid, "active")
    assert states() == ["retired", "active"]
    assert events(tenant)[2:] == ["key.scheduled", "key.retired", "key.activated"]
    scheduled = AuditEvent.objects.get(action="key.scheduled", tenant=tenant)
    [change] = audit.changes(scheduled)
    assert (change.label, change.after) == ("Signs from", soon.signs_from)


def test_new_algorithm_applies_from_the_next_rotation(
    active_key: SigningKey, operator: Actor, settings: Any
):
    """TOKEN_SIGNING_ALGORITHM may change at any time, even if a next key is published."""
    rotate_keys(actor=operator, now=NOW)
    settings.TOKEN_SIGNING_ALGORITHM = "EdDSA"
    assert ensure_active_key(now=NOW).algorithm == "ES256"

    following = rotate_keys(actor=operator, now=NOW + SECOND)

    assert (following.algorithm, following.signs_from) == ("EdDSA", NOW + SECOND + LEAD)
    assert states() == ["removed", "active", "next"]


def test_new_key_length_applies_from_the_next_rotation(
    tenant: Tenant, operator: Actor, settings: Any
):
    settings.TOKEN_SIGNING_ALGORITHM = "PS256"
    ensure_active_key(now=NOW)
    assert rotate_keys(actor=operator, now=NOW).bits == 2048
    settings.TOKEN_SIGNING_KEY_BITS = 3072

    assert rotate_keys(actor=operator, now=NOW + SECOND).bits == 3072
