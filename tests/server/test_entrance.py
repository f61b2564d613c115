"""The entrance while its threads are busy, or a body does not arrive."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.services import failure_limits
from portal.server import entrance, request_threads
from portal.server.entrance import FORM_MAX, Entrance
from portal.server.request_threads import THREADS, Environ
from tests.oauth import wsgi

pytestmark = pytest.mark.one_database

TOKEN, PAGE = "/identity/connect/token", "/sign-in"


class Proto:
    """One request and its answer, as granian's protocol object has them."""

    def __init__(self, *pieces: bytes, stalls: bool = False) -> None:
        self._pieces, self._stalls = pieces, stalls
        self.status, self.headers, self.body = 0, {"": ""}, b""

    async def __call__(self) -> bytes:
        if self._stalls:
            await asyncio.Event().wait()
        return b"".join(self._pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._stalls:
            await asyncio.Event().wait()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body


class Headers(dict[str, str]):
    """Headers of different names."""


def scope(path: str, method: str = "GET", **headers: str) -> Any:
    return SimpleNamespace(
        path=path,
        method=method,
        query_string="",
        http_version="1.1",
        scheme="http",
        server="127.0.0.1:8000",
        client="192.0.2.7:40000",
        headers=Headers({name.replace("_", "-"): value for name, value in headers.items()}),
    )


def echo(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with what was sent."""
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def run(application: Any, asked: Callable[[Entrance], Any]) -> None:
    """Run the coroutine of ``asked`` with an entrance in front of ``application``."""

    async def main() -> None:
        tested = Entrance(application)
        tested.__rsgi_init__(asyncio.get_running_loop())
        await asked(tested)

    asyncio.run(main())


def test_livez_answers_while_all_threads_are_stuck() -> None:
    """AVA-10, AVA-11."""
    stuck, free = threading.Semaphore(0), threading.Event()

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        stuck.release()
        free.wait()
        return echo(environ, start_response)

    async def asked(tested: Entrance) -> None:
        others = [Proto() for _ in range(THREADS)]
        waiting = [asyncio.ensure_future(tested.__rsgi__(scope(PAGE), one)) for one in others]
        for _ in others:
            await asyncio.to_thread(stuck.acquire)
        probe = Proto()
        await tested.__rsgi__(scope("/livez"), probe)
        assert (probe.status, probe.body) == (200, b"alive\n")
        assert not any(one.status for one in others)
        free.set()
        await asyncio.gather(*waiting)
        assert [one.status for one in others] == [200] * THREADS

    run(application, asked)


def test_answers_that_granian_refuses_cost_no_thread() -> None:
    """AVA-11: each thread gets one."""

    class Closed(Proto):
        def response_bytes(self, *_: Any) -> None:
            raise BaseException("Refused by the test.")  # as granian panics

    async def asked(tested: Entrance) -> None:
        for _ in range(THREADS):
            with pytest.raises(BaseException, match="by the test"):
                await tested.__rsgi__(scope(PAGE), Closed())
        served = Proto()
        await asyncio.wait_for(tested.__rsgi__(scope(PAGE), served), timeout=30)
        assert served.status == 200

    run(echo, asked)


@pytest.mark.parametrize("path", [TOKEN, PAGE])
@pytest.mark.parametrize(("limit", "value"), [("WAITING_MAX", 0), ("WAIT_S", -1.0)])
def test_request_that_finds_no_thread_gets_503(
    monkeypatch: pytest.MonkeyPatch, path: str, limit: str, value: float
) -> None:
    """AVA-14: when the queue is full, or after a long wait."""
    monkeypatch.setattr(request_threads, limit, value)

    async def asked(tested: Entrance) -> None:
        refused = Proto()
        await tested.__rsgi__(scope(path), refused)
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "1"
        if path == TOKEN:
            assert json.loads(refused.body)["error"] == "temporarily_unavailable"
        else:
            assert refused.headers["Content-Type"] == "text/plain"

    run(echo, asked)


def test_assertion_that_finds_no_place_in_a_flood_gets_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """AVA-1, AVA-14."""
    monkeypatch.setattr(failure_limits, "over_limit", {"192.0.2.7": int(time.time()) + 600})
    monkeypatch.setattr(request_threads, "FLOOD_MAX", 0)
    body = b"grant_type=client_credentials&client_assertion=x"
    headers = {"content_length": str(len(body)), "content_type": wsgi.FORM}

    async def asked(tested: Entrance) -> None:
        refused = Proto(body)
        await tested.__rsgi__(scope(TOKEN, "POST", **headers), refused)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert json.loads(refused.body)["error"] == "temporarily_unavailable"

    run(echo, asked)


@pytest.mark.parametrize("path", [TOKEN, PAGE])
@pytest.mark.parametrize("headers", [{"content_length": "9"}, {"transfer_encoding": "chunked"}])
def test_body_that_does_not_arrive_gets_408(
    monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]
) -> None:
    """AVA-11."""
    monkeypatch.setattr(entrance, "BODY_S", 0.05)

    async def asked(tested: Entrance) -> None:
        slow = Proto(b"a", stalls=True)
        await tested.__rsgi__(scope(path, "POST", **headers), slow)
        assert slow.status == 408
        assert slow.headers["Connection"] == "close"
        if path == TOKEN:
            assert json.loads(slow.body)["error"] == "invalid_request"

    run(echo, asked)


@pytest.mark.parametrize(
    ("pieces", "status", "body"),
    [
        ([b"a", b"b", b""], 200, b"ab"),
        ([b"a", b"b", b"", b""], 400, b"The body is incomplete.\n"),  # as granian reports it
        ([b"a" * FORM_MAX] * 3, 200, b"a" * (FORM_MAX + 1)),  # the application refuses it
    ],
)
def test_chunked_body_is_read_to_its_end_or_limit(
    pieces: list[bytes], status: int, body: bytes
) -> None:
    async def asked(tested: Entrance) -> None:
        answered = Proto(*pieces)
        await tested.__rsgi__(scope(PAGE, "POST", transfer_encoding="chunked"), answered)
        assert (answered.status, answered.body) == (status, body)

    run(echo, asked)


def test_error_of_the_application_gets_500(caplog: pytest.LogCaptureFixture) -> None:
    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise ValueError("a test")

    async def asked(tested: Entrance) -> None:
        for _ in range(THREADS + 1):  # no thread has ended
            failed = Proto()
            await tested.__rsgi__(scope(PAGE), failed)
            assert failed.status == 500

    run(application, asked)
    assert "ValueError: a test" in caplog.text
