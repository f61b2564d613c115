"""The portal as `make run` serves it, on one core with one worker, filled with clients."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.load import Target, write_credentials
from tests.bench.machine import SERVER_CORE, family, on_core
from tests.portal_process import CHECKOUT, PortalProcess

TOKEN_PATH = "/identity/connect/token"


class BenchPortal(PortalProcess):
    """``pairs`` are the ids and secrets of the clients that request tokens, at least a hundred."""

    def __init__(
        self,
        folder: Path,
        *,
        clients: int = 100,
        asking: int = 100,
        also: Callable[[], list[int]] = list,
        checkout: Path = CHECKOUT,
        **more: str,
    ) -> None:
        super().__init__(folder, WORKERS="1", **more)
        self.count, self.asking, self.checkout = clients, asking, checkout
        self.also = also  # further processes of the server
        self.pairs: list[tuple[str, str]] = []

    def command(self, *words: str) -> list[str]:
        program = [sys.executable, str(self.checkout / "manage.py")]
        return on_core(SERVER_CORE, *program, *words)

    def start(self) -> None:
        """Start the portal; the first time, add its clients."""
        super().start()
        if not self.pairs:
            seeded = subprocess.run(
                [sys.executable, "-m", "tests.bench.seed", str(self.count), str(self.asking)],
                cwd=self.checkout,
                env=self.environment,
                check=True,
                capture_output=True,
                text=True,
            )
            self.pairs = [(one, plain) for one, plain in json.loads(seeded.stdout)]

    def pids(self) -> list[int]:
        """Return all processes of the portal."""
        assert self.server is not None
        return [*family(self.server.pid), *self.also()]

    def target(self, asking: int = 100) -> Target:
        """Return a target whose load uses the first ``asking`` pairs."""
        file = self.data_dir / f"credentials of {asking}"
        credentials = write_credentials(file, self.pairs[:asking])
        return Target(
            self.port, TOKEN_PATH, "grant_type=client_credentials", credentials, self.pids
        )
