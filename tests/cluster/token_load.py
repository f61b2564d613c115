"""A steady load of token requests through the proxy, on connections that stay open."""

import asyncio
import json
import ssl
import time
from collections import Counter
from typing import Final, NamedTuple, Self

from tests.background import Background
from tests.bench.load import basic
from tests.proxies import HOST, Proxy

LANES: Final = 24  # connections
TIMEOUT_S: Final = 30.0
SAMPLE_EVERY: Final = 50  # of so many tokens, one is kept
_BODY: Final = "grant_type=client_credentials"


class Answered(NamedTuple):
    """The status, and what was wrong with the body of an error; both empty without an answer."""

    status: str
    fault: str
    token: str


class TokenLoad(Background):
    """Requests ``per_second`` tokens until its block ends, whatever the answers are.

    ``answers`` counts them by status ("none" without one), with what is wrong with the body of an
    error. ``gap_s`` is the longest time without a token, ``slowest_s`` that of one request from
    when it was due, and ``kept`` has some of the tokens.
    """

    def __init__(self, proxy: Proxy, client: tuple[str, str], *, per_second: float) -> None:
        super().__init__(lambda: asyncio.run(self._run()))
        self._port = proxy.https_port
        self._every_s = LANES / per_second
        self._request = (
            "POST /identity/connect/token HTTP/1.1\r\n"
            f"Host: {HOST}\r\n"
            f"Authorization: {basic(*client)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(_BODY)}\r\n\r\n{_BODY}"
        ).encode()
        self._last_token_at = 0.0
        self.answers: Counter[str] = Counter()
        self.kept: list[str] = []
        self.gap_s = self.slowest_s = 0.0

    def __enter__(self) -> Self:
        self._last_token_at = time.monotonic()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._note_gap()

    @property
    def tokens(self) -> int:
        """How many tokens there were so far."""
        return self.answers["200"]

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as lanes:
            for number in range(LANES):
                lanes.create_task(self._lane(number * self._every_s / LANES))

    async def _lane(self, offset_s: float) -> None:
        due, line = time.monotonic() + offset_s, Line(self._port)
        while not self.is_over.is_set():
            await asyncio.sleep(due - time.monotonic())
            self._count(await line.answer_to(self._request), due)
            due = max(due + self._every_s, time.monotonic() - self._every_s)
        line.close()
        await asyncio.sleep(0)  # the loop closes the connection

    def _count(self, answered: Answered, due: float) -> None:
        self.answers[f"{answered.status} {answered.fault}".strip()] += 1
        self.slowest_s = max(self.slowest_s, time.monotonic() - due)
        if answered.token:
            self._note_gap()
            if self.tokens % SAMPLE_EVERY == 0:
                self.kept.append(answered.token)

    def _note_gap(self) -> None:
        now = time.monotonic()
        self.gap_s, self._last_token_at = max(self.gap_s, now - self._last_token_at), now


class Line:
    """A connection that is opened again when it was closed between two requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def answer_to(self, request: bytes) -> Answered:
        """Send a request; return its answer."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                if self._ends is None or self._ends[0].at_eof():
                    self.close()
                    self._ends = await asyncio.open_connection(
                        "127.0.0.1", self._port, ssl=self._context
                    )
                self._ends[1].write(request)
                head = await self._ends[0].readuntil(b"\r\n\r\n")
                body = await self._ends[0].readexactly(_length(head))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.close()
            return Answered("none", "", "")
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return _read(head[9:12].decode(), head.lower(), body)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._ends:
            self._ends[1].transport.abort()  # TLS would wait for the other side
        self._ends = None


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0])


def _read(status: str, head: bytes, body: bytes) -> Answered:
    """Read an answer: a token, or an error as OAuth has them (RFC 6749 section 5.2)."""
    try:
        content = json.loads(body)
    except ValueError:
        return Answered(status, "no JSON", "")
    if status == "200":
        return Answered(status, "", content["access_token"])
    if content.get("error") is None or (status == "503" and b"\r\nretry-after:" not in head):
        return Answered(status, "no OAuth error", "")
    return Answered(status, "", "")
