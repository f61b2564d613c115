"""psycopg with deadlines of the client: see ``silence``.

`statement_timeout` is the server's own clock, and `connect_timeout` is at least two seconds.
"""

import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Final

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen, PQGenConn

from portal.storage.postgresql import silence
from portal.storage.postgresql.silence import PATIENCE_S, Server, servers

#: For one connection that stays silent though others are answered, as after a firewall forgot it;
#: longer than the server's own `statement_timeout`.
LIMIT_S: Final = 12.0
_TICK_S: Final = 0.1  # how often a thread that waits looks at the clock


class Connection(psycopg.Connection[Any]):
    """A connection whose every wait ends: with an answer, or with OperationalError."""

    limit_s: float | None = LIMIT_S
    conninfo = ""

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> PQGenConn[Any]:
        opening = super()._connect_gen(conninfo)
        connection = yield from _heard(opening, _Patience(conninfo))
        connection.conninfo = conninfo
        return connection

    def wait(self, gen: PQGen[Any], interval: float = _TICK_S, timeout: float | None = None) -> Any:
        """Return what ``gen`` returns; close the connection if the server is silent."""
        try:
            patience = _Patience(self.conninfo, self.limit_s)
            heard = _heard(gen, patience, servers[self.conninfo])
            return super().wait(heard, interval, timeout)
        except Silent:
            self.close()
            raise


class Silent(psycopg.OperationalError):
    """The server does not answer."""


class _Patience:
    """How long a thread waits for ``server``."""

    def __init__(self, conninfo: str, limit_s: float | None = LIMIT_S) -> None:
        self._conninfo, self._limit_s = conninfo, limit_s
        self._server = servers[conninfo]
        self.end_if_silent()

    def __call__(self, quiet_s: float) -> None:
        """Raise Silent if it is over after ``quiet_s`` without a word."""
        self.end_if_silent()
        if self._limit_s is not None and quiet_s >= self._limit_s:
            raise Silent("PostgreSQL does not answer on this connection")
        if quiet_s >= PATIENCE_S:
            self._server.doubt(partial(_answers, self._conninfo))

    def end_if_silent(self) -> None:
        if self._server.is_silent:
            raise Silent("PostgreSQL does not answer")


def _answers(conninfo: str) -> bool:
    """Return whether the server answers a new connection within ANSWER_S, with an error or not."""

    def patience(quiet_s: float) -> None:
        if quiet_s >= silence.ANSWER_S:
            raise Silent

    opening = _heard(psycopg.Connection._connect_gen(conninfo), patience)
    try:
        waiting.wait_conn(opening, interval=_TICK_S).close()
    except Silent:
        return False
    except psycopg.Error:
        return True
    return True


def _heard(
    gen: Generator[Any, Any, Any],
    patience: Callable[[float], None],
    server: Server | None = None,
) -> Generator[Any, Any, Any]:
    """Run ``gen``, calling ``patience`` at each tick with the seconds since it last went on.

    Only what arrives on an open connection is a word of ``server``: a proxy, too, can connect.
    """
    heard_at = time.monotonic()
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if ready:
                heard_at = time.monotonic()
                if server is not None and ready & waiting.READY_R:
                    server.heard_at = heard_at
            else:
                patience(time.monotonic() - heard_at)
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value
