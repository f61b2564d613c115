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


def test_chores_are_done_in_turn_at_their_pace() -> None:
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
def test_a_chore_that_fails_is_tried_again(error: Exception, caplog: Any) -> None:
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


def test_the_keys_are_remembered_and_their_schedule_kept(
    db: None, settings: Any, now: datetime, django_assert_num_queries: Any
) -> None:
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    settings.KEY_ROTATION_DAYS = 1
    key = ensure_active_key(now=now)

    maintain_keys()

    with django_assert_num_queries(0):
        assert public_keys.public_key_of(key.kid) is not None
    assert SigningKey.objects.filter(state="next").count() == 1


def test_usage_is_written_once_more_at_the_end() -> None:
    assert [chore.name for chore in CHORES if chore.at_end] == ["usage", "attempts"]
    assert {chore.every_s for chore in CHORES if chore.name == "usage"} == {5.0}
    assert housekeeping.maintain_keys in {chore.do for chore in CHORES}


def test_the_end_is_shorter_than_the_servers_grace() -> None:
    assert housekeeping.END_S <= GRACE_S / 2


def test_the_end_waits_for_no_chore_for_long(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """What the server's grace is for is not spent on a database that is locked."""
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

    assert written == []  # the chore goes on: nobody has waited for it
    assert "ends before its last counts are written" in caplog.text
    over.set()
    finishers[0]()
    assert written == ["counts"]
