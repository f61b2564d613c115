"""A client program that keeps its connections open and requests tokens."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

from tests.oauth.wsgi import FORM, TOKEN_PATH, basic


class MachineClient(NamedTuple):
    """``client_id`` with its secret, at a portal on a port of this machine; ``source`` is its
    address for a portal that trusts X-Forwarded-For, ``body`` the form that it sends."""

    port: int
    client_id: str
    plain: str
    source: str = ""
    body: bytes = b"grant_type=client_credentials"

    def statuses(self, count: int, *, connections: int = 1) -> list[int]:
        """Return the status of each of ``count`` requests, over several connections at once."""
        with ThreadPoolExecutor(connections) as pool:
            shares = pool.map(self._over_one_connection, [count // connections] * connections)
        return [status for share in shares for status in share]

    def tokens(self, count: int, *, connections: int = 1) -> int:
        """Return how many of ``count`` requests got a token."""
        return self.statuses(count, connections=connections).count(200)

    def _over_one_connection(self, count: int) -> list[int]:
        headers = {"Content-Type": FORM, "Authorization": basic(self.client_id, self.plain)}
        if self.source:
            headers["X-Forwarded-For"] = self.source
        statuses = []
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as wire:
            for _ in range(count):
                wire.request("POST", TOKEN_PATH, self.body, headers)
                answer = wire.getresponse()
                answer.read()
                statuses.append(answer.status)
        return statuses
