"""Whether a PostgreSQL server answers at all, so that nobody waits long for one that does not.

A network that drops packets, a paused machine and a stalled proxy close no connection: TCP accepts
what is sent, and only the client's own clock can end the wait. A slow query must not be taken for
a silent server. So a thread that has waited for a while has the server asked: a background thread
opens a connection. If it is not answered, and nor is any other connection of this process, every
wait for that server ends, and new ones fail at once, until the background thread gets an answer.
Any answer will do, an error too.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 0.4  # until a thread that waits has the server asked
ANSWER_S = 1.2  # for the server to answer: with PATIENCE_S, well below two seconds
RETRY_S: Final = 0.3  # until a silent server is asked again


class Server:
    """One server, as this process sees it."""

    def __init__(self) -> None:
        self.is_silent = False
        self._asking = threading.Lock()
        self.heard_at = 0.0  # on the monotonic clock, on any connection

    def doubt(self, answers: Callable[[], bool]) -> None:
        """Let a thread ask the server, unless one does or it has just said something.

        ``answers`` returns whether it answers within ANSWER_S.
        """
        if time.monotonic() - self.heard_at < PATIENCE_S:
            return
        if self._asking.acquire(blocking=False):
            threading.Thread(target=self._ask, args=(answers,), daemon=True).start()

    def _ask(self, answers: Callable[[], bool]) -> None:
        try:
            while not self._heard_since(time.monotonic(), answers):
                self.is_silent = True
                time.sleep(RETRY_S)
        finally:
            self.is_silent = False
            self._asking.release()

    def _heard_since(self, asked_at: float, answers: Callable[[], bool]) -> bool:
        if answers():
            self.heard_at = time.monotonic()
        return self.heard_at >= asked_at


servers: Final[defaultdict[str, Server]] = defaultdict(Server)  # by connection string
