"""The npm packages of the tests, in `node_modules` beside the programs that import them."""

import fcntl
import shutil
import subprocess
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def programs() -> Path:
    """Return this folder, with the packages of its lock file installed.

    The packages stay: npm runs again only after the lock file changed.
    """
    lock_file, installed = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # for the other processes of this run
        if not installed.exists() or installed.read_bytes() != lock_file.read_bytes():
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=HERE, check=True, capture_output=True, timeout=300)
            shutil.copy(lock_file, installed)
    return HERE
