"""The cache that all workers share: values are visible to all, and expire."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connections

from clients_app.models import SharedValue
from clients_app.services.shared_cache import SharedCache
from tests.moments import NOW, SECOND

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared() -> SharedCache:
    return SharedCache("", {})


def rows() -> int:
    return SharedValue.objects.count()


@pytest.mark.parametrize("value", [True, "y", [1732363200.25, 1732363199.5], []])
def test_value_is_returned_as_it_was_stored(shared: SharedCache, value: Any) -> None:
    shared.set("a", value)

    assert SharedCache("", {}).get("a") == value


def test_value_expires_to_the_second(shared: SharedCache) -> None:
    with time_machine.travel(NOW, tick=False):
        assert shared.add("a", 1, timeout=300)
        shared.set("b", 1, timeout=None)
    with time_machine.travel(NOW + 299 * SECOND, tick=False):
        assert (shared.get("a"), shared.add("a", 2)) == (1, False)
    with time_machine.travel(NOW + 300 * SECOND, tick=False):
        assert shared.get("a", "none") == "none"
        assert shared.add("a", 2)
        assert shared.get("a") == 2
        assert shared.get("b") == 1


def test_expired_values_are_deleted_once_a_minute(shared: SharedCache) -> None:
    with time_machine.travel(NOW, tick=False):
        for number in range(5):
            shared.add(str(number), 1, timeout=10)
    with time_machine.travel(NOW + 59 * SECOND, tick=False):
        shared.add("later", 1, timeout=10)
        assert rows() == 6
    with time_machine.travel(NOW + 60 * SECOND, tick=False):
        shared.add("later", 1, timeout=10)
        assert rows() == 1


def test_deleted_or_cleared_value_is_gone(shared: SharedCache) -> None:
    for name in "abc":
        shared.set(name, 1, timeout=None)

    assert (shared.delete("a"), shared.delete("a")) == (True, False)
    assert (shared.get("a"), shared.get("b")) == (None, 1)
    shared.clear()
    assert rows() == 0


@pytest.mark.django_db(transaction=True)
def test_concurrent_adds_succeed_once(shared: SharedCache) -> None:
    def add(_: int) -> bool:
        try:
            return shared.add("lock", True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(40))) == 1
    shared.clear()
