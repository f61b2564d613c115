"""granian's server, which replaces workers for as long as it runs.

Its own loop takes a worker that dies within 5.5 seconds for a crash loop and stops the server, and
forgets one that dies while it looks at another. tests/server/test_killed_workers.py shows both.
"""

import logging
import time
from typing import Any, Final

from granian.server import Server as Granian

REPLACED_EVERY_S: Final = 1.0  # at most, for each worker: one that cannot start fails again
_LOOK_EVERY_S: Final = 5.0  # also without a sign that one died

_Granian: Any = Granian  # its types lack the overridden method
log = logging.getLogger("clients_app.server")


class Server(_Granian):
    """A server with at least one worker that starts or serves."""

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        next_look_s = _LOOK_EVERY_S
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(next_look_s)
            self.interrupt_children.clear()
            if self.interrupt_signal:
                return
            self.main_loop_interrupt.clear()
            if self.reload_signal:
                self._reload(spawn_target, target_loader)
            next_look_s = self._replace_dead(spawn_target, target_loader)

    def _replace_dead(self, spawn_target: Any, target_loader: Any) -> float:
        """Replace each worker that died; return the seconds until the next look."""
        next_look_s = _LOOK_EVERY_S
        for worker in list(self.wrks):
            if worker.is_alive() or worker.interrupt_by_parent:
                continue
            wait_s = worker.birth + REPLACED_EVERY_S - time.monotonic()
            if wait_s > 0:
                next_look_s = min(next_look_s, wait_s)
                continue
            log.error("Worker %d died and is replaced.", worker.idx + 1)
            self._respawn_workers([worker.idx], spawn_target, target_loader)
        return next_look_s
