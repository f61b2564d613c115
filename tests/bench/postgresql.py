"""A PostgreSQL for the benchmark, on the server's core, over a Unix socket."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.bench.machine import SERVER_CORE, family, on_core
from tests.portal_process import CHECKOUT


@contextmanager
def running() -> Iterator[Callable[[], list[int]]]:
    """Run it and set DATABASE_URL; yield a function that returns its processes."""
    command = on_core(
        SERVER_CORE, "tests/with_postgresql.sh", "sh", "-c", 'echo "$DATABASE_URL"; read -r _'
    )
    holder = subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    url = holder.stdout.readline().strip()
    folder = Path(parse_qs(urlsplit(url).query)["host"][0])
    postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    os.environ["DATABASE_URL"] = url
    try:
        yield lambda: family(postmaster)
    finally:
        del os.environ["DATABASE_URL"]
        holder.stdin.close()
        holder.wait()
