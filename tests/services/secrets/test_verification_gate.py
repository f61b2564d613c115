"""The gate that limits concurrent Argon2id runs: SEC-5."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import digests, verification
from clients_app.services.secrets.verification import GATE_PLACES, Busy, matching_secret
from tests.services.secrets.secret_rows import CLIENT_ID, row_of


@pytest.fixture
def closed_gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every run of Argon2id waits until the event is set."""
    opened = threading.Event()
    real = digests.digest_fits

    def waiting(plain: str, digest: str) -> bool:
        opened.wait(10)
        return real(plain, digest)

    monkeypatch.setattr(digests, "digest_fits", waiting)
    yield opened
    opened.set()


def started(calls: list[Callable[[], Any]]) -> tuple[list[threading.Thread], list[Any]]:
    """Run each call in its own thread; the list collects the outcomes as they finish."""
    outcomes: list[Any] = []

    def run(call: Callable[[], Any]) -> None:
        try:
            outcomes.append(call())
        except Busy as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    return threads, outcomes


def test_full_gate_raises_busy_but_cached_secrets_pass(plain: str, monkeypatch: pytest.MonkeyPatch):
    """SEC-5: one runs, a few wait, the rest get Busy; cached secrets never wait."""
    known = new_secret()
    known_row = row_of(known, 99)
    assert matching_secret(known, client_id=CLIENT_ID, rows=[known_row]) == 99
    row = row_of(plain)
    taken = [verification.places.acquire(timeout=1) for _ in range(GATE_PLACES)]
    try:
        with monkeypatch.context() as soon:
            soon.setattr(verification, "GATE_WAIT_S", 0.2)
            with pytest.raises(Busy):
                matching_secret(plain, client_id=CLIENT_ID, rows=[row])
        assert matching_secret(known, client_id=CLIENT_ID, rows=[known_row]) == 99
        assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[known_row]) is None
    finally:
        verification.places.release(len(taken))
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == 1


def test_correct_secrets_wait_for_the_gate(argon2_runs: list[str], monkeypatch: pytest.MonkeyPatch):
    """After a restart many clients send correct secrets that are not in the memo yet."""
    monkeypatch.setattr(verification, "GATE_WAIT_S", 60)  # even on a busy machine
    plains = [new_secret() for _ in range(4 * GATE_PLACES)]
    rows = [row_of(text, number) for number, text in enumerate(plains)]

    threads, outcomes = started(
        [
            lambda text=text, row=row: matching_secret(text, client_id=CLIENT_ID, rows=[row])
            for text, row in zip(plains, rows, strict=True)
        ]
    )
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == list(range(4 * GATE_PLACES))
    assert len(argon2_runs) == 4 * GATE_PLACES


def test_full_gate_without_known_tags_refuses_immediately(
    plain: str, closed_gate: threading.Event, settings: Any
):
    """A flood of wrong secrets for a row with a lost key blocks only as many threads as places."""
    row = row_of(plain)
    settings.SECRET_KEY = "n" * 60
    threads, outcomes = started(
        [lambda: matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row])] * 20
    )
    while len(outcomes) < 20 - GATE_PLACES:
        threading.Event().wait(0.01)

    assert {type(outcome) for outcome in outcomes} == {Busy}
    closed_gate.set()
    for thread in threads:
        thread.join()
    assert outcomes[20 - GATE_PLACES :] == [None] * GATE_PLACES


def test_concurrent_checks_of_the_same_secret_share_one_run(
    plain: str, argon2_runs: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(verification, "GATE_WAIT_S", 60)
    row = row_of(plain)

    threads, outcomes = started(
        [lambda: matching_secret(plain, client_id=CLIENT_ID, rows=[row])] * 4 * GATE_PLACES
    )
    for thread in threads:
        thread.join()

    assert outcomes == [row.id] * 4 * GATE_PLACES
    assert len(argon2_runs) == 1
