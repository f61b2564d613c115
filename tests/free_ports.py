"""Ports for the servers that tests start."""

import fcntl
import secrets
import socket
import tempfile
from pathlib import Path
from typing import IO

PORTS = range(20_000, 32_000)  # the system uses none of them for outgoing connections
_claims: list[IO[str]] = []  # held until this process ends


def free_port() -> int:
    """Return a free port that no other test process gets."""
    folder = Path(tempfile.gettempdir()) / "portal-ports"
    folder.mkdir(exist_ok=True)
    while True:
        port = secrets.choice(PORTS)
        claim = (folder / str(port)).open("w")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
