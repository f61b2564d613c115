"""The life of a signing key: bars 29, 30 and 32."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from clients_app import audit
from clients_app.actors import Actor, ActorKind
from clients_app.errors import Forbidden, NotFound
from clients_app.models import AuditEvent, SigningKey, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services import key_rotation, published_keys, signing_keys
from clients_app.services.key_rotation import (
    encrypt_keys_anew,
    ensure_active_key,
    follow_schedule,
    revoke_keys,
    rotate_keys,
)
from clients_app.services.published_keys import counts_now, published_jwks
from clients_app.services.signing_keys import SigningKeyLost, loaded_key
from tests.factories import NOW, SECOND, command_line_in, make_tenant

LEAD = timedelta(seconds=960)  # 900 s that verifiers keep the keys, and a minute
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> Iterator[None]:
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    yield
    signing_keys._loaded.clear()


@pytest.fixture
def first(tenant: Tenant) -> SigningKey:
    return ensure_active_key(now=NOW)


@pytest.fixture
def operator(tenant: Tenant) -> Actor:
    return command_line_in(tenant)


def states() -> list[str]:
    """Return the states of all keys, oldest first; of two as old, the further one."""
    life = ("removed", "retired", "active", "next")
    rows = SigningKey.objects.values_list("created_at", "state")
    return [state for _, state in sorted(rows, key=lambda row: (row[0], life.index(row[1])))]


def events(tenant: Tenant) -> list[str]:
    """Return what happened to keys, by the chain of this tenant."""
    assert audit.first_fault(tenant.pk) is None
    rows = AuditEvent.objects.for_tenant(tenant.pk).filter(action__startswith="key.")
    return list(rows.order_by("sequence").values_list("action", flat=True))


def test_a_life_by_schedule(first: SigningKey, tenant: Tenant):
    """Bar 29: every state at its edges, by the schedule alone."""
    follow_schedule(now=NOW + 76 * DAY - SECOND)
    assert states() == ["active"]

    follow_schedule(now=NOW + 76 * DAY)
    assert states() == ["active", "next"]
    following = SigningKey.objects.get(state="next")
    assert following.signs_from == NOW + 90 * DAY
    assert [jwk["kid"] for jwk in published_jwks()["keys"]] == [first.kid, following.kid]
    assert not counts_now(following.kid)

    follow_schedule(now=NOW + 90 * DAY - SECOND)
    assert states() == ["active", "next"]

    rotated_at = NOW + 90 * DAY
    follow_schedule(now=rotated_at)
    assert states() == ["retired", "active"]
    assert ensure_active_key(now=rotated_at) == following
    assert counts_now(first.kid)
    assert len(published_jwks()["keys"]) == 2

    follow_schedule(now=rotated_at + timedelta(seconds=3900) - SECOND)
    assert counts_now(first.kid)
    follow_schedule(now=rotated_at + timedelta(seconds=3900))
    assert states() == ["removed", "active"]
    assert [jwk["kid"] for jwk in published_jwks()["keys"]] == [following.kid]
    assert bytes(SigningKey.objects.get(kid=first.kid).private_part) == b""
    assert events(tenant) == [
        "key.added",
        "key.published",
        "key.retired",
        "key.activated",
        "key.removed",
    ]


def test_what_is_not_due_costs_one_query(first: SigningKey, django_assert_num_queries: Any):
    with django_assert_num_queries(1):
        follow_schedule(now=NOW + DAY)


def test_a_short_rotation_still_publishes_ahead(first: SigningKey, settings: Any):
    settings.KEY_ROTATION_DAYS = 1

    follow_schedule(now=NOW + 3 * DAY)

    assert SigningKey.objects.get(state="next").signs_from == NOW + 3 * DAY + LEAD


def test_rotate_waits_until_every_verifier_knows_the_key(first: SigningKey, operator: Actor):
    following = rotate_keys(actor=operator, now=NOW)

    assert (following.state, following.signs_from) == ("next", NOW + LEAD)
    follow_schedule(now=NOW + LEAD - SECOND)
    assert states() == ["active", "next"]
    follow_schedule(now=NOW + LEAD)
    assert states() == ["retired", "active"]


def test_rotate_twice_changes_nothing_more(first: SigningKey, operator: Actor, tenant: Tenant):
    once = rotate_keys(actor=operator, now=NOW)

    again = rotate_keys(actor=operator, now=NOW + 60 * SECOND)

    assert (again.kid, again.signs_from) == (once.kid, NOW + LEAD)
    assert events(tenant) == ["key.added", "key.published"]


def test_rotate_takes_a_key_that_is_announced(first: SigningKey, operator: Actor, tenant: Tenant):
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


def test_another_algorithm_comes_with_the_next_rotation(
    first: SigningKey, operator: Actor, settings: Any
):
    """TOKEN_SIGNING_ALGORITHM on a running installation; also where a key is announced."""
    rotate_keys(actor=operator, now=NOW)
    settings.TOKEN_SIGNING_ALGORITHM = "EdDSA"
    assert ensure_active_key(now=NOW).algorithm == "ES256"

    following = rotate_keys(actor=operator, now=NOW + SECOND)

    assert (following.algorithm, following.signs_from) == ("EdDSA", NOW + SECOND + LEAD)
    assert states() == ["removed", "active", "next"]


def test_another_length_comes_with_the_next_rotation(
    tenant: Tenant, operator: Actor, settings: Any
):
    settings.TOKEN_SIGNING_ALGORITHM = "PS256"
    ensure_active_key(now=NOW)
    assert rotate_keys(actor=operator, now=NOW).bits == 2048
    settings.TOKEN_SIGNING_KEY_BITS = 3072

    assert rotate_keys(actor=operator, now=NOW + SECOND).bits == 3072


def test_revoke_withdraws_now_and_another_signs(first: SigningKey, operator: Actor, tenant: Tenant):
    """Bar 30."""
    following = revoke_keys([first.kid], actor=operator, now=NOW + SECOND)

    assert following.kid != first.kid
    assert (following.state, following.activated_at) == ("active", NOW + SECOND)
    assert not counts_now(first.kid)
    assert [jwk["kid"] for jwk in published_jwks()["keys"]] == [following.kid]
    assert loaded_key(following.kid).algorithm == "ES256"
    withdrawn = SigningKey.objects.get(kid=first.kid)
    assert (withdrawn.state, bytes(withdrawn.private_part)) == ("removed", b"")
    assert withdrawn.removed_at == NOW + SECOND
    assert events(tenant) == ["key.added", "key.revoked", "key.added"]


@pytest.mark.django_db(transaction=True)
def test_a_withdrawn_key_signs_no_more_in_this_process(first: SigningKey, operator: Actor):
    loaded_key(first.kid)

    revoke_keys([first.kid], actor=operator, now=NOW)

    with pytest.raises(signing_keys.NoSigningKey):
        loaded_key(first.kid)
    assert published_keys.public_key_of(first.kid) is None


def test_revoke_takes_the_next_key_which_verifiers_know(first: SigningKey, operator: Actor):
    following = rotate_keys(actor=operator, now=NOW)

    assert revoke_keys([first.kid], actor=operator, now=NOW + SECOND).kid == following.kid
    assert states() == ["removed", "active"]


def test_revoke_of_several_leaves_none_of_them(first: SigningKey, operator: Actor):
    """Where SECRET_KEY itself has leaked, all keys have."""
    following = rotate_keys(actor=operator, now=NOW)

    new = revoke_keys([first.kid, following.kid, first.kid], actor=operator, now=NOW + SECOND)

    assert new.kid not in {first.kid, following.kid}
    assert states() == ["removed", "removed", "active"]


@pytest.mark.parametrize("state", ["next", "retired"])
def test_revoke_of_another_key_lets_the_active_one_sign(
    first: SigningKey, operator: Actor, state: str
):
    rotate_keys(actor=operator, now=NOW)
    if state == "retired":
        follow_schedule(now=NOW + LEAD)
    active = SigningKey.objects.get(state="active")
    kid = SigningKey.objects.get(state=state).kid

    assert revoke_keys([kid], actor=operator, now=NOW + LEAD) == active
    assert not counts_now(kid)


def test_revoke_of_what_is_no_key_changes_nothing(first: SigningKey, operator: Actor):
    with pytest.raises(NotFound, match="There is no signing key x"):
        revoke_keys([first.kid, "x"], actor=operator, now=NOW)
    assert states() == ["active"]

    revoke_keys([first.kid], actor=operator, now=NOW)
    with pytest.raises(NotFound):
        revoke_keys([first.kid], actor=operator, now=NOW)


def test_without_the_secret_key_revoke_goes_on(first: SigningKey, operator: Actor, settings: Any):
    rotate_keys(actor=operator, now=NOW)
    settings.SECRET_KEY = "n" * 60
    signing_keys._loaded.clear()
    with pytest.raises(SigningKeyLost, match=f"manage.py keys revoke {first.kid}"):
        ensure_active_key(now=NOW)

    new = revoke_keys([first.kid], actor=operator, now=NOW)

    assert ensure_active_key(now=NOW) == new
    assert states() == ["removed", "removed", "active"]


def test_a_next_key_that_cannot_sign_does_not_become_active(first: SigningKey, operator: Actor):
    following = rotate_keys(actor=operator, now=NOW)
    SigningKey.objects.filter(kid=following.kid).update(private_part=b"spoilt")
    signing_keys._loaded.clear()

    with pytest.raises(SigningKeyLost):
        follow_schedule(now=NOW + LEAD)
    assert states() == ["active", "next"]
    with pytest.raises(SigningKeyLost, match=following.kid):
        ensure_active_key(now=NOW)  # so that a start says it, before the rotation does


def test_every_tenant_has_the_events(first: SigningKey, operator: Actor, tenant: Tenant):
    """Keys belong to the installation; each tenant's auditor sees what its tokens rely on."""
    other = make_tenant("Cranes GmbH")

    revoke_keys([first.kid], actor=operator, now=NOW)

    assert events(tenant) == ["key.added", "key.revoked", "key.added"]
    assert events(other) == ["key.revoked", "key.added"]
    for event in AuditEvent.objects.filter(action="key.revoked"):
        assert (event.actor_kind, event.object_name) == ("command line", first.kid)
        assert audit.sentence(event) == f"Signing key {first.kid} revoked, its tokens ended"


def test_without_its_event_no_key_changes(
    first: SigningKey, operator: Actor, monkeypatch: pytest.MonkeyPatch
):
    """Bar 83."""

    def refuse(*_: Any, **__: Any) -> None:
        raise DatabaseError("the table is full")

    monkeypatch.setattr(key_rotation.audit, "record", refuse)

    for deed in (
        lambda: rotate_keys(actor=operator, now=NOW),
        lambda: revoke_keys([first.kid], actor=operator, now=NOW),
        lambda: follow_schedule(now=NOW + 90 * DAY),
    ):
        with pytest.raises(DatabaseError):
            deed()
    assert states() == ["active"]


def test_only_staff_has_power_over_keys(first: SigningKey, tenant: Tenant):
    person = {
        "kind": ActorKind.PERSON,
        "tenant_id": tenant.pk,
        "id": str(uuid4()),
        "rights": frozenset({TENANT_ADMINISTRATOR}),
    }
    deeds = (
        lambda actor: rotate_keys(actor=actor, now=NOW),
        lambda actor: revoke_keys([first.kid], actor=actor, now=NOW),
        lambda actor: encrypt_keys_anew(actor=actor, now=NOW),
    )

    for deed in deeds:
        with pytest.raises(Forbidden):
            deed(Actor(**person))
        deed(Actor(**person, is_staff=True))


def test_encrypt_anew_ends_the_need_for_a_former_secret_key(
    first: SigningKey, operator: Actor, tenant: Tenant, settings: Any
):
    rotate_keys(actor=operator, now=NOW)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 60
    settings.SECRET_KEY_FALLBACKS = [former]

    assert len(encrypt_keys_anew(actor=operator, now=NOW)) == 2
    assert encrypt_keys_anew(actor=operator, now=NOW) == []

    signing_keys._loaded.clear()
    with settings_without_fallbacks(settings):
        assert ensure_active_key(now=NOW) == first
    assert events(tenant).count("key.encrypted") == 2


class settings_without_fallbacks:  # noqa: N801  reads as a function
    """Take the fallbacks away for a while: the audit chain needs them."""

    def __init__(self, settings: Any) -> None:
        self.settings, self.kept = settings, settings.SECRET_KEY_FALLBACKS

    def __enter__(self) -> None:
        self.settings.SECRET_KEY_FALLBACKS = []

    def __exit__(self, *_: object) -> None:
        self.settings.SECRET_KEY_FALLBACKS = self.kept


def test_encrypt_anew_without_the_former_key_changes_nothing(
    first: SigningKey, operator: Actor, settings: Any, now: datetime
):
    before = SigningKey.objects.values().get()
    settings.SECRET_KEY = "n" * 60

    with pytest.raises(SigningKeyLost):
        encrypt_keys_anew(actor=operator, now=now)
    assert SigningKey.objects.values().get() == before
