"""The order in which requests are answered while assertions flood in (AVA-1)."""

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest

from clients_app.oauth.plain_http import Request
from clients_app.services import failure_limits
from portal.server.request_threads import (
    FLOOD,
    FLOOD_MAX,
    FLOOD_TURN,
    THREADS,
    Answer,
    Deliver,
    Environ,
    RequestThreads,
)

pytestmark = pytest.mark.one_database

ATTACKER, OTHER = "192.0.2.7", "192.0.2.8"
ASSERTION: Final = b"grant_type=client_credentials&client_assertion=e30.e30.AA"
SECRET: Final = b"grant_type=client_credentials&client_secret=x"


def token_request(body: bytes, address: str = ATTACKER) -> Request:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Request(method="POST", headers=headers, body=body, address=address, is_secure=True)


@pytest.fixture(autouse=True)
def _too_many_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ATTACKER."""
    monkeypatch.setattr(failure_limits, "over_limit", {ATTACKER: int(time.time()) + 600})


class Answers:
    """Who was answered with what, in this order."""

    def __init__(self) -> None:
        self.given: list[tuple[str, int]] = []

    def to(self, name: str) -> Deliver:
        def deliver(answer: Answer | None) -> None:
            self.given.append((name, answer.status if answer else 0))

        return deliver

    def wait_for(self, number: int) -> list[str]:
        """Return the names of the first ``number``, once they were answered."""
        until = time.monotonic() + 60
        while len(self.given) < number and time.monotonic() < until:
            time.sleep(0.001)
        return [name for name, _ in self.given[:number]]


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def threads() -> RequestThreads:
    """Threads that the test starts."""

    def application(_: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b""]

    return RequestThreads(application)


def test_flood_waits_for_all_others(threads: RequestThreads, answers: Answers) -> None:
    for _ in range(3):
        assert not threads.add(token_request(ASSERTION), answers.to("flood"))
    for _ in range(20):
        assert not threads.add({}, answers.to("other"))
    threads.start()

    order = answers.wait_for(23)
    assert order.count("flood") == 3
    assert "flood" not in order[: 20 - (THREADS - 1)]  # one of the others may take longer
    assert {status for name, status in answers.given if name == "flood"} == {429}


def test_flood_has_a_turn_while_others_wait(threads: RequestThreads, answers: Answers) -> None:
    for _ in range(3):
        threads.add(token_request(ASSERTION), answers.to("flood"))
    others = 6 * FLOOD_TURN
    for _ in range(others):
        threads.add({}, answers.to("other"))
    threads.start()

    order = answers.wait_for(others + 3)
    first = order.index("flood")
    assert FLOOD_TURN - 1 <= first <= THREADS * FLOOD_TURN


def test_flood_is_answered_at_once_where_nothing_else_waits(
    threads: RequestThreads, answers: Answers
) -> None:
    threads.start()
    for _ in range(5):
        threads.add(token_request(ASSERTION), answers.to("flood"))
    assert answers.wait_for(5) == ["flood"] * 5


@pytest.mark.parametrize(
    "other",
    [token_request(ASSERTION, OTHER), token_request(SECRET), {}],
    ids=["assertion of another", "secret", "page"],
)
def test_long_flood_is_refused_and_others_are_not(
    threads: RequestThreads, answers: Answers, other: Request | Environ
) -> None:
    for _ in range(FLOOD_MAX):
        assert not threads.add(token_request(ASSERTION), answers.to("flood"))
    assert threads.add(token_request(ASSERTION), answers.to("flood")) == FLOOD
    assert not threads.add(other, answers.to("other"))
