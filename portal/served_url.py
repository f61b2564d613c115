"""Which address the server has, so that the command line prints the same.

A server that is started with PORT or PUBLIC_URL writes its origin in DATA_DIR. A command that is
run without them would otherwise name the default.
"""

import contextlib
import os
from pathlib import Path

from clients_app import data_files
from portal import environment as env


def remember_served_url(data_dir: Path, url: str) -> None:
    """Keep the origin of this server; of several with this DATA_DIR the last one is kept."""
    new = data_dir / f"{data_files.SERVED_URL}.{os.getpid()}"
    new.write_text(url)
    new.replace(data_dir / data_files.SERVED_URL)


def use_served_url(words: list[str]) -> None:
    """Give a command other than `serve` the server's PUBLIC_URL, where its environment has none."""
    if words[:1] == ["serve"] or env.text("PUBLIC_URL") or env.text("PORT"):
        return
    with contextlib.suppress(OSError):  # no server was started yet
        os.environ["PUBLIC_URL"] = (env.data_dir() / data_files.SERVED_URL).read_text()
