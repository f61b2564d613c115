"""Revoking signing keys: immediate, in any state."""

from typing import Any

import pytest

from clients_app.actors import Actor
from clients_app.errors import NotFound
from clients_app.models import SigningKey, Tenant
from clients_app.services.signing_keys import private_keys, public_keys
from clients_app.services.signing_keys.private_keys import SigningKeyLost, loaded_key
from clients_app.services.signing_keys.public_keys import is_trusted, published_jwks
from clients_app.services.signing_keys.rotation import (
    ensure_active_key,
    follow_schedule,
    revoke_keys,
    rotate_keys,
)
from tests.moments import NOW, SECOND
from tests.services.signing_keys.key_states import LEAD, events, states


def test_revoke_acts_immediately_and_another_key_signs(
    active_key: SigningKey, operator: Actor, tenant: Tenant
):
    """KEY-5."""
    following = revoke_keys([active_key.kid], actor=operator, now=NOW + SECOND)

    assert following.kid != active_key.kid
    assert (following.state, following.activated_at) == ("active", NOW + SECOND)
    assert not is_trusted(active_key.kid)
    assert [jwk["kid"] for jwk in published_jwks()["keys"]] == [following.kid]
    assert loaded_key(following.kid).algorithm == "ES256"
    withdrawn = SigningKey.objects.get(kid=active_key.kid)
    assert (withdrawn.state, bytes(withdrawn.private_part)) == ("removed", b"")
    assert withdrawn.removed_at == NOW + SECOND
    assert events(tenant) == ["key.added", "key.revoked", "key.added"]


@pytest.mark.django_db(transaction=True)
def test_a_revoked_key_no_longer_signs_in_this_process(active_key: SigningKey, operator: Actor):
    loaded_key(active_key.kid)

    revoke_keys([active_key.kid], actor=operator, now=NOW)

    with pytest.raises(private_keys.NoSigningKey):
        loaded_key(active_key.kid)
    assert public_keys.public_key_of(active_key.kid) is None


def test_revoked_active_key_is_replaced_by_the_published_next_key(
    active_key: SigningKey, operator: Actor
):
    following = rotate_keys(actor=operator, now=NOW)

    assert revoke_keys([active_key.kid], actor=operator, now=NOW + SECOND).kid == following.kid
    assert states() == ["removed", "active"]


def test_several_keys_can_be_revoked_at_once(active_key: SigningKey, operator: Actor):
    """If SECRET_KEY has leaked, so have all keys."""
    following = rotate_keys(actor=operator, now=NOW)

    new = revoke_keys(
        [active_key.kid, following.kid, active_key.kid], actor=operator, now=NOW + SECOND
    )

    assert new.kid not in {active_key.kid, following.kid}
    assert states() == ["removed", "removed", "active"]


@pytest.mark.parametrize("state", ["next", "retired"])
def test_revoking_another_key_keeps_the_active_one(
    active_key: SigningKey, operator: Actor, state: str
):
    rotate_keys(actor=operator, now=NOW)
    if state == "retired":
        follow_schedule(now=NOW + LEAD)
    active = SigningKey.objects.get(state="active")
    kid = SigningKey.objects.get(state=state).kid

    assert revoke_keys([kid], actor=operator, now=NOW + LEAD) == active
    assert not is_trusted(kid)


def test_revoking_an_unknown_key_changes_nothing(active_key: SigningKey, operator: Actor):
    with pytest.raises(NotFound, match="There is no signing key x"):
        revoke_keys([active_key.kid, "x"], actor=operator, now=NOW)
    assert states() == ["active"]

    revoke_keys([active_key.kid], actor=operator, now=NOW)
    with pytest.raises(NotFound):
        revoke_keys([active_key.kid], actor=operator, now=NOW)


def test_revoking_works_without_the_secret_key(
    active_key: SigningKey, operator: Actor, settings: Any
):
    rotate_keys(actor=operator, now=NOW)
    settings.SECRET_KEY = "n" * 60
    private_keys.forget()
    with pytest.raises(SigningKeyLost, match=f"The signing key {active_key.kid} cannot"):
        ensure_active_key(now=NOW)

    new = revoke_keys([active_key.kid], actor=operator, now=NOW)

    assert ensure_active_key(now=NOW) == new
    assert states() == ["removed", "removed", "active"]


def test_next_key_that_cannot_be_decrypted_does_not_become_active(
    active_key: SigningKey, operator: Actor
):
    following = rotate_keys(actor=operator, now=NOW)
    SigningKey.objects.filter(kid=following.kid).update(private_part=b"spoilt")
    private_keys.forget()

    with pytest.raises(SigningKeyLost):
        follow_schedule(now=NOW + LEAD)
    assert states() == ["active", "next"]
    with pytest.raises(SigningKeyLost, match=following.kid):
        ensure_active_key(now=NOW)  # so that a start reports it before the rotation does
