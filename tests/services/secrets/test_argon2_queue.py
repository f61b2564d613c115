"""The queue of Argon2id, which only secrets under a lost SECRET_KEY reach: SEC-5."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import argon2_queue, digests
from clients_app.services.secrets.argon2_queue import QUEUE_MAX, Busy
from clients_app.services.secrets.renewal import SecretRow
from clients_app.services.secrets.verification import matching_secret
from tests.services.secrets.secret_rows import CLIENT_ID, row_of
from tests.waiting import wait_until

Ask = Callable[[str, SecretRow], "Future[int | None]"]


class ClosedGate:
    """Every run of Argon2id waits until ``opened``; ``running`` of them at the same time."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.digests: list[str] = []
        self.priorities: set[int] = set()
        self.running = self.most = 0

    def __call__(self, plain: str, digest: str) -> bool:
        self.digests.append(digest)
        self.priorities.add(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        self.running += 1
        self.most = max(self.most, self.running)
        self.opened.wait(30)
        self.running -= 1
        return REAL(plain, digest)


REAL = digests.digest_fits


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[ClosedGate]:
    closed = ClosedGate()
    monkeypatch.setattr(digests, "digest_fits", closed)
    yield closed
    closed.opened.set()
    argon2_queue.thread.submit(lambda: None).result()  # the queue is empty


@pytest.fixture
def ask() -> Iterator[Ask]:
    """A function that checks a secret in a thread of its own."""
    with ThreadPoolExecutor(2 * QUEUE_MAX) as pool:
        yield lambda plain, row: pool.submit(
            matching_secret, plain, client_id=CLIENT_ID, rows=[row]
        )


@pytest.fixture
def lost(request: pytest.FixtureRequest) -> list[tuple[str, SecretRow]]:
    """Secrets and their rows, stored under a SECRET_KEY that is lost: more than the queue takes."""
    plains = [new_secret() for _ in range(QUEUE_MAX + 5)]
    rows = [(plain, row_of(plain, number)) for number, plain in enumerate(plains)]
    request.getfixturevalue("lost_key")
    return rows


def test_one_request_waits_and_the_others_succeed_later(
    gate: ClosedGate, ask: Ask, lost: list[tuple[str, SecretRow]]
):
    first = ask(*lost[0])
    wait_until(lambda: gate.digests)
    others = [ask(*pair) for pair in lost[1:QUEUE_MAX]]

    assert {type(one.exception()) for one in others} == {Busy}
    assert not first.done()
    gate.opened.set()
    assert first.result() == 0
    argon2_queue.thread.submit(lambda: None).result()
    runs = len(gate.digests)
    assert [ask(*pair).result() for pair in lost[:QUEUE_MAX]] == list(range(QUEUE_MAX))
    assert runs == len(gate.digests) == QUEUE_MAX
    assert gate.most == 1


def test_full_queue_takes_no_more(gate: ClosedGate, ask: Ask, lost: list[tuple[str, SecretRow]]):
    first = ask(*lost[0])
    wait_until(lambda: gate.digests)

    for pair in lost[1:]:
        assert isinstance(ask(*pair).exception(), Busy)
    gate.opened.set()
    first.result()
    argon2_queue.thread.submit(lambda: None).result()

    assert gate.digests == [row.digest for _, row in lost[:QUEUE_MAX]]
    assert ask(*lost[-1]).result() == len(lost) - 1


def test_known_keys_pass_a_full_queue(
    gate: ClosedGate, ask: Ask, lost: list[tuple[str, SecretRow]], plain: str
):
    known = row_of(plain, 99)
    first = ask(*lost[0])
    wait_until(lambda: gate.digests)
    for pair in lost[1:]:
        assert isinstance(ask(*pair).exception(), Busy)

    assert ask(plain, known).result() == 99
    assert ask(new_secret(), known).result() is None
    assert not first.done()


def test_same_secret_asked_many_times_runs_once(
    gate: ClosedGate, ask: Ask, lost: list[tuple[str, SecretRow]]
):
    first = ask(*lost[0])
    wait_until(lambda: gate.digests)
    for _ in range(QUEUE_MAX - 1):
        assert isinstance(ask(*lost[0]).exception(), Busy)
    wrong = ask(new_secret(), lost[0][1])
    assert isinstance(wrong.exception(), Busy)

    gate.opened.set()

    assert first.result() == 0
    argon2_queue.thread.submit(lambda: None).result()
    assert len(gate.digests) == 1


def test_argon2_runs_at_a_lower_priority(
    gate: ClosedGate, ask: Ask, lost: list[tuple[str, SecretRow]]
):
    gate.opened.set()
    ask(*lost[0]).result()

    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert gate.priorities == {min(19, own + 5)}


def test_argon2_runs_at_a_lower_priority_in_a_server_that_has_a_low_one():
    program = (
        "import django, os, threading; django.setup();"
        "from clients_app.services.secrets.argon2_queue import thread;"
        "own = lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id());"
        "print(thread.submit(own).result() - own())"
    )
    command = ["nice", "-n", "7", sys.executable, "-c", program]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    least = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 7)
    assert int(said) == min(5, 19 - least)


def test_run_that_takes_too_long_gives_up_and_goes_on(
    gate: ClosedGate,
    ask: Ask,
    lost: list[tuple[str, SecretRow]],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(argon2_queue, "WAIT_S", 0.01)

    assert isinstance(ask(*lost[0]).exception(), Busy)
    gate.opened.set()
    argon2_queue.thread.submit(lambda: None).result()

    assert ask(*lost[0]).result() == 0
    assert len(gate.digests) == 1
