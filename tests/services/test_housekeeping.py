"""Periodic tasks of a process."""

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError

from clients_app.models import SigningKey
from clients_app.services import housekeeping
from clients_app.services.housekeeping import CHORES, Chore, maintain_keys, run_chores
from clients_app.services.signing_keys import public_keys
from clients_app.services.signing_keys.rotation import ensure_active_key
from portal.server.listener import GRACE_S


def run_until(chores: list[Chore], enough: threading.Event) -> None:
    ended = threading.Event()
    thread = threading.Thread(target=run_chores, args=(chores, ended))
    thread.start()
    try:
        assert enough.wait(20)
    finally:
        ended.set()
        thread.join(20)
    assert not thread.is_alive()


def test_each_chore_runs_at_its_interval() -> None:
    done: list[str] = []
    enough = threading.Event()

    def often() -> None:
        done.append("often")
        if done.count("often") == 30:
            enough.set()

    chores = [Chore("often", 0.01, often), Chore("rarely", 600, lambda: done.append("rarely"))]
    run_until(chores, enough)

    assert done.count("rarely") == 1  # immediately, and not again


@pytest.mark.parametrize("error", [DatabaseError("away"), RuntimeError("a bug")])
def test_failed_chore_is_retried(error: Exception, caplog: Any) -> None:
    tries: list[None] = []
    enough = threading.Event()

    def fail() -> None:
        tries.append(None)
        if len(tries) == 3:
            enough.set()
        raise error

    run_until([Chore("weeding", 0.01, fail)], enough)

    assert "weeding" in caplog.text
    assert str(error) in caplog.text


def test_housekeeping_loads_and_rotates_the_keys(
    db: None, settings: Any, now: datetime, django_assert_num_queries: Any
) -> None:
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    settings.KEY_ROTATION_DAYS = 1
    key = ensure_active_key(now=now)

    maintain_keys()

    with django_assert_num_queries(0):
        assert public_keys.public_key_of(key.kid) is not None
    assert SigningKey.objects.filter(state="next").count() == 1


def test_usage_is_written_at_shutdown() -> None:
    assert [chore.name for chore in CHORES if chore.at_end] == [
        *("usage", "attempts", "guesses", "metrics", "audit stream")
    ]
    assert {chore.every_s for chore in CHORES if chore.name == "usage"} == {5.0}
    assert housekeeping.maintain_keys in {chore.do for chore in CHORES}


def test_shutdown_takes_less_than_the_servers_grace_period() -> None:
    assert housekeeping.END_S <= GRACE_S / 2


def test_shutdown_does_not_wait_for_a_slow_chore(
    monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """A locked database must not use up the server's grace period."""
    monkeypatch.setattr(housekeeping, "END_S", 0.2)
    finishers: list[Any] = []
    monkeypatch.setattr(housekeeping, "Finalize", lambda _, do, **__: finishers.append(do))
    begun, over = threading.Event(), threading.Event()
    written: list[str] = []

    def wait() -> None:
        begun.set()
        over.wait(20)

    housekeeping.begin([Chore("stuck", 600, wait, at_end=lambda: written.append("counts"))])
    assert begun.wait(20)
    finishers[0]()

    assert written == []  # the chore still runs: shutdown did not wait for it
    assert "ends before its last counts are written" in caplog.text
    over.set()
    finishers[0]()
    assert written == ["counts"]
