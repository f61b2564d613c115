"""Another hour of the day for a program and its children: clock.c, preloaded."""

import subprocess
from pathlib import Path


def compiled_clock(folder: Path) -> Path:
    """Return the library that sets the clock of a process and its children by CLOCK_AHEAD_S."""
    library = folder / "clock.so"
    source = str(Path(__file__).with_suffix(".c"))
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), source, "-ldl"]
    subprocess.run(command, check=True)
    folder.chmod(0o755)  # PostgreSQL runs as another user
    return library
