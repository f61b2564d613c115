"""The order in which requests are answered while assertions flood in (AVA-1)."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest

from clients_app.oauth.plain_http import Request
from clients_app.services import failure_limits
from portal.server import request_threads
from portal.server.floods import is_of_flood
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
from tests.oauth import wsgi
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database

ATTACKER, OTHER = "192.0.2.7", "192.0.2.8"
ASSERTION: Final = b"grant_type=client_credentials&client_assertion=e30.e30.AA"
SECRET: Final = b"grant_type=client_credentials&client_secret=x"


def token_request(body: bytes, address: str = ATTACKER) -> Request:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Request(method="POST", headers=headers, body=body, address=address, is_secure=True)


def page(goes_on: threading.Event | None = None) -> Environ:
    """Return the environ of a request that is answered when ``goes_on`` is set, or at once."""
    if goes_on is None:
        goes_on = threading.Event()
        goes_on.set()
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/security/clients", "goes on": goes_on}


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
        wait_until(lambda: len(self.given) >= number)
        return [name for name, _ in self.given[:number]]


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def threads() -> RequestThreads:
    """Threads that the test starts."""

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        assert environ["goes on"].wait(60)
        start_response("200 OK", [])
        return [b""]

    return RequestThreads(application)


def test_flood_waits_for_all_others(threads: RequestThreads, answers: Answers) -> None:
    for _ in range(3):
        assert not threads.add(token_request(ASSERTION), answers.to("flood"))
    for _ in range(20):
        assert not threads.add(page(), answers.to("other"))
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
        threads.add(page(), answers.to("other"))
    threads.start()

    order = answers.wait_for(others + 3)
    first = order.index("flood")
    assert FLOOD_TURN - 1 <= first <= THREADS * FLOOD_TURN


def test_flood_is_answered_while_another_request_takes_long(
    threads: RequestThreads, answers: Answers
) -> None:
    """A thread that began to wait before the flood came learns of it."""
    threads.start()
    for number in range(20):
        goes_on = threading.Event()
        threads.add(token_request(ASSERTION), answers.to("flood"))
        threads.add(page(goes_on), answers.to("page"))
        wait_until(lambda: answers.given.count(("flood", 429)) > number)  # noqa: B023  at once
        goes_on.set()
    answers.wait_for(40)


def test_flood_that_waited_too_long_takes_nobodys_turn(
    threads: RequestThreads, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_threads, "WAIT_S", -1.0)
    for _ in range(10):
        threads.add(token_request(ASSERTION), answers.to("late"))
    monkeypatch.setattr(request_threads, "WAIT_S", 600.0)
    for _ in range(THREADS):  # a thread can be held up before it answers its own
        threads.add(token_request(ASSERTION), answers.to("flood"))
    others = 3 * THREADS * FLOOD_TURN
    for _ in range(others):
        threads.add(page(), answers.to("other"))
    threads.start()

    order = answers.wait_for(others + 10 + THREADS)
    assert order.index("flood") < others
    assert {status for name, status in answers.given if name == "late"} == {0}


@pytest.mark.parametrize(
    "other",
    [token_request(ASSERTION, OTHER), token_request(SECRET), page()],
    ids=["assertion of another", "secret", "page"],
)
def test_long_flood_is_refused_and_others_are_not(
    threads: RequestThreads, answers: Answers, other: Request | Environ
) -> None:
    for _ in range(FLOOD_MAX):
        assert not threads.add(token_request(ASSERTION), answers.to("flood"))
    assert threads.add(token_request(ASSERTION), answers.to("flood")) == FLOOD
    assert not threads.add(other, answers.to("other"))


@pytest.mark.parametrize(
    ("parts", "expected"),
    {
        "usual": ({}, True),
        "escaped name": ({"body": ASSERTION.replace(b"_assertion", b"%5Fassertion")}, True),
        "origin": ({"HTTP_ORIGIN": "https://app.example"}, True),
        "introspection": ({"path": "/identity/connect/introspect"}, True),
        "revocation": ({"path": "/identity/connect/revocation"}, True),
        "another source": ({"REMOTE_ADDR": OTHER}, False),
        "malformed form": ({"body": ASSERTION + b"&scope=%zz"}, False),
        "page": ({"path": "/security/clients/add"}, False),
        "GET": ({"REQUEST_METHOD": "GET"}, False),
        "secret": ({"body": SECRET}, False),
    }.values(),
    ids=lambda value: None,
)
def test_assertion_of_a_flood_is_known_in_any_form(parts: dict[str, Any], expected: bool) -> None:
    parts = {"path": wsgi.TOKEN_PATH, "body": ASSERTION, "REMOTE_ADDR": ATTACKER, **parts}
    environ = wsgi.environ(parts.pop("path"), **parts)
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    assert is_of_flood(environ) is expected
    assert environ["wsgi.input"].read() == body
