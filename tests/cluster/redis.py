"""The Redis server that CACHE_URL names."""

import subprocess

from tests.free_ports import free_port
from tests.waiting import wait_until


class Redis:
    """A server without a file, which can be killed and started again."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"rediscache://127.0.0.1:{self._port}/1"

    def start(self) -> None:
        """Start, and return when it answers."""
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""],
            cwd="/",
            stdout=subprocess.DEVNULL,
        )
        ping = ["redis-cli", "-p", str(self._port), "ping"]
        wait_until(
            lambda: subprocess.run(ping, capture_output=True, check=False).stdout == b"PONG\n"
        )

    def kill(self) -> None:
        """End it without warning; it may have ended."""
        self._process.kill()
        self._process.wait()
