"""node-oidc-provider with its clients in memory, as the peer for comparison."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.load import Target, write_credentials
from tests.bench.machine import SERVER_CORE, family, on_core
from tests.free_ports import free_port

PACKAGE = "oidc-provider@9"
TOKEN_PATH = "/token"
AUDIENCE = "https://api.example.com"


def install(folder: Path) -> bool:
    """Install the peer in ``folder``; return False without npm or network."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("peer.mjs"), folder)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", PACKAGE]
    return subprocess.run(npm, cwd=folder, check=False, stdout=subprocess.DEVNULL).returncode == 0


@contextmanager
def running(folder: Path, algorithm: str, pairs: list[tuple[str, str]]) -> Iterator[Target]:
    """Run the peer with these clients on the server's core; it signs with ``algorithm``."""
    port = free_port()
    clients = folder / "clients.json"
    clients.write_text(json.dumps(pairs))
    command = on_core(SERVER_CORE, "node", "peer.mjs", str(port), algorithm, AUDIENCE)
    with (folder / f"{algorithm}.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=log)
    try:
        assert server.stdout is not None
        if server.stdout.readline().strip() != b"ready":
            raise SystemExit(f"The peer did not start: {folder / f'{algorithm}.log'}")
        time.sleep(0.5)
        credentials = write_credentials(folder / f"credentials-{algorithm}", pairs)
        yield Target(
            port,
            TOKEN_PATH,
            "grant_type=client_credentials&scope=api",
            credentials,
            lambda: family(server.pid),
        )
    finally:
        server.terminate()
        server.wait()
