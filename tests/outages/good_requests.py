"""The requests of good clients, which go on while something else fails."""

import json
import statistics
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.background import Background
from tests.portal_process import PortalProcess

PER_SECOND = 50
PROBES_PER_SECOND = 4
WAITING_AT_MOST = 400  # requests that wait for an answer at the same time
TIMEOUT_S = 30.0


class GoodRequests(Background):
    """Token requests at a steady rate, each on a connection of its own, and probes of /livez.

    ``answers`` counts the statuses of token requests ("none" where none came), ``waits_s`` has the
    time that each one took, and ``probe_waits_s`` that of each probe. A request's time starts when
    it is due, so a client that waits delays none of the others' times.
    """

    def __init__(self, portal: PortalProcess, *, per_second: int = PER_SECOND) -> None:
        super().__init__(
            partial(self._every, 1 / per_second, self._request_token),
            partial(self._every, 1 / PROBES_PER_SECOND, self._probe),
        )
        added = portal.manage("clients", "add", f"Good client {time.monotonic_ns()}", "--json")
        assert added.returncode == 0, added.stderr
        client = json.loads(added.stdout)
        self._body = urllib.parse.urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": client["client_id"],
                "client_secret": client["client_secret"],
            }
        )
        self._portal = portal
        self._per_second = per_second
        self._pool = ThreadPoolExecutor(WAITING_AT_MOST)
        self.answers: Counter[str] = Counter()
        self.waits_s: list[float] = []
        self.probe_waits_s: list[float] = []

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._pool.shutdown()

    @property
    def longest_s(self) -> float:
        """The longest time of a token request."""
        return max(self.waits_s, default=0.0)

    @property
    def longest_probe_s(self) -> float:
        """The longest time of a probe."""
        return max(self.probe_waits_s, default=0.0)

    def __str__(self) -> str:
        answers = ", ".join(f"{count} x {status}" for status, count in self.answers.most_common())
        median_ms = statistics.median(self.waits_s or [0.0]) * 1000
        return (
            f"{answers}; median {median_ms:.0f} ms, longest {self.longest_s * 1000:.0f} ms; "
            f"/livez at most {self.longest_probe_s * 1000:.0f} ms"
        )

    def _every(self, period_s: float, request: Callable[[float], None]) -> None:
        due = time.monotonic()
        while not self.is_over.wait(max(0.0, due - time.monotonic())):
            self._pool.submit(request, due)
            due += period_s

    def _request_token(self, due: float) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status = self._status("POST", "/identity/connect/token", self._body, headers)
        self.waits_s.append(time.monotonic() - due)
        self.answers[status] += 1

    def _probe(self, due: float) -> None:
        self._status("GET", "/livez")
        self.probe_waits_s.append(time.monotonic() - due)

    def _status(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> str:
        connection = self._portal.connection(timeout_s=TIMEOUT_S)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            answer.read()
            return str(answer.status)
        except OSError:
            return "none"
        finally:
            connection.close()
