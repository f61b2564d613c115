"""The public keys that each process caches: KEY-3, KEY-5 and JWT-3."""

from datetime import datetime
from typing import Any

import pytest

from clients_app.models import SigningKey
from clients_app.services.signing_keys import public_keys
from clients_app.services.signing_keys.private_keys import new_key
from clients_app.services.signing_keys.public_keys import (
    ensure_cached,
    is_trusted,
    public_key_of,
    published_jwks,
)

State = SigningKey.State


@pytest.mark.parametrize(
    ("state", "published", "counts"),
    [
        (State.NEXT, True, False),
        (State.ACTIVE, True, True),
        (State.RETIRED, True, True),
        (State.REMOVED, False, False),
    ],
)
def test_the_state_decides_whether_a_key_is_published_and_trusted(
    key: SigningKey, now: datetime, state: str, published: bool, counts: bool
):
    SigningKey.objects.update(state=state, signs_from=now)

    assert bool(published_jwks()["keys"]) is published
    assert (public_key_of(key.kid) is not None) is published
    assert is_trusted(key.kid) is counts


def test_trust_is_read_from_the_database_each_time(key: SigningKey):
    """KEY-5: a key that another process revoked is not trusted, whatever is cached."""
    assert public_key_of(key.kid) is not None
    assert is_trusted(key.kid)

    SigningKey.objects.update(state=State.REMOVED)

    assert not is_trusted(key.kid)


def test_unknown_keys_do_not_cost_a_query_each(key: SigningKey, django_assert_num_queries: Any):
    public_key_of(key.kid)

    with django_assert_num_queries(0):
        assert not any(public_key_of(f"unknown {number}") for number in range(5000))
        assert public_key_of(key.kid) is not None


def test_key_of_another_process_is_found_a_second_later(
    key: SigningKey,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
):
    """Where another process made it."""
    public_key_of(key.kid)
    other = new_key(now=now, state=State.RETIRED)
    other.save()
    clock = public_keys.time.monotonic
    monkeypatch.setattr(public_keys.time, "monotonic", lambda: clock() + 1.1)

    with django_assert_num_queries(1):
        assert public_key_of(other.kid) is not None


def test_the_key_that_signs_now_is_cached_without_waiting(
    key: SigningKey, now: datetime, django_assert_num_queries: Any
):
    """KEY-5: after an emergency rotation, good tokens are never refused."""
    public_key_of(key.kid)
    SigningKey.objects.update(state=State.REMOVED)
    other = new_key(now=now, state=State.ACTIVE, activated_at=now)
    other.save()
    assert public_key_of(other.kid) is None

    with django_assert_num_queries(1):
        ensure_cached(other.kid)
        ensure_cached(other.kid)
        ensure_cached(None)
        assert public_key_of(other.kid) is not None


def test_known_key_is_parsed_once(key: SigningKey):
    first = public_key_of(key.kid)
    published_jwks()

    assert public_key_of(key.kid) is first
