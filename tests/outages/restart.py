"""A restart with 10,000 clients that all return within ten seconds: SEC-5.

Each client opens a connection of its own and requests one token, at its time of the ten seconds,
whether or not the others have been answered.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.bench.load import basic
from tests.bench.machine import cpu_seconds
from tests.outages.table import Row
from tests.portal_process import CHECKOUT, PortalProcess

CLIENTS = 10_000
WITHIN_S = 10.0
GOAL_MS = 100.0
TIMEOUT_S = 30.0
BEGIN_AFTER_S = 2.0  # until all coroutines of this process wait for their time
BODY = "grant_type=client_credentials"


def rows() -> Iterator[Row]:
    """Fill a portal, restart it, and let all of its clients return."""
    with tempfile.TemporaryDirectory() as folder, PortalProcess(Path(folder) / "var") as portal:
        filled = subprocess.run(
            [sys.executable, "-m", "tests.bench.seed", str(CLIENTS), str(CLIENTS)],
            cwd=CHECKOUT,
            env=portal.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        pairs = [(client_id, plain) for client_id, plain in json.loads(filled.stdout)]
        portal.stop()
        portal.start()
        before = cpu_seconds(portal.workers())
        answers, waits_s = asyncio.run(_return_of(pairs, port=portal.port))
        cpu_s = cpu_seconds(portal.workers()) - before
    waits_ms = [1000 * wait for wait in waits_s]
    p99_ms = statistics.quantiles(waits_ms, n=100)[-1]
    measured = (
        f"{', '.join(f'{count} x {status}' for status, count in answers.most_common())}; "
        f"median {statistics.median(waits_ms):.0f} ms, p99 {p99_ms:.0f} ms, "
        f"longest {max(waits_ms):.0f} ms; {cpu_s:.1f} s of CPU time in the workers"
    )
    yield Row(
        f"restart, then {CLIENTS:,} clients within {WITHIN_S:.0f} s",
        measured,
        f"none refused, p99 < {GOAL_MS:.0f} ms",
        answers == {"200": CLIENTS} and p99_ms < GOAL_MS,
    )


async def _return_of(
    pairs: list[tuple[str, str]], *, port: int
) -> tuple[Counter[str], list[float]]:
    """Return how often each status was answered ("none" without one), and how long each took."""
    answers: Counter[str] = Counter()
    waits_s: list[float] = []
    start = time.monotonic() + BEGIN_AFTER_S

    async def come(number: int, pair: tuple[str, str]) -> None:
        due = start + number * WITHIN_S / len(pairs)
        await asyncio.sleep(due - time.monotonic())
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status = await _status_of_token_request(pair, port=port)
        except (OSError, TimeoutError):
            status = "none"
        waits_s.append(time.monotonic() - due)
        answers[status] += 1

    async with asyncio.TaskGroup() as all_clients:
        for number, pair in enumerate(pairs):
            all_clients.create_task(come(number, pair))
    return answers, waits_s


async def _status_of_token_request(pair: tuple[str, str], *, port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            "POST /identity/connect/token HTTP/1.1\r\n"
            f"Host: localhost:{port}\r\n"
            f"Authorization: {basic(*pair)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(BODY)}\r\n"
            "Connection: close\r\n"
            f"\r\n{BODY}".encode()
        )
        answer = await reader.read()
    finally:
        writer.close()
    return answer[9:12].decode() or "none"
