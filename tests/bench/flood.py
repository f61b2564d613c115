"""An attacker: well-formed wrong secrets for live clients, at a given rate.

`python -m tests.bench.flood PORT RATE SECONDS`, client ids on standard input; prints how often each
status was answered, as JSON.
"""

import http.client
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from clients_app.rules.secret_format import new_secret
from tests.bench.load import basic
from tests.bench.portal import TOKEN_PATH

CONNECTIONS = 8  # separate ones, so that a slow response delays only part of the flood


def main() -> None:
    """Send the flood and print the statuses."""
    port, rate, seconds = map(int, sys.argv[1:])
    ids = sys.stdin.read().split()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        parts = [
            pool.submit(_flood, port, rate / CONNECTIONS, seconds, ids) for _ in range(CONNECTIONS)
        ]
    total: Counter[int] = sum((part.result() for part in parts), Counter())
    print(json.dumps(total))  # noqa: T201  its answer


def _flood(port: int, rate: float, seconds: int, ids: list[str]) -> Counter[int]:
    statuses: Counter[int] = Counter()
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    start = time.monotonic()
    for number, client_id in enumerate(cycle(ids)):
        due = start + number / rate
        if due > start + seconds:
            break
        time.sleep(max(0.0, due - time.monotonic()))
        wire.request(
            "POST",
            TOKEN_PATH,
            b"grant_type=client_credentials",
            {
                "Authorization": basic(client_id, new_secret()),
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        answer = wire.getresponse()
        answer.read()
        statuses[answer.status] += 1
    wire.close()
    return statuses


if __name__ == "__main__":
    main()
