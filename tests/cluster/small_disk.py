"""Small file systems in memory, which a test can fill. They need root."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Yield ``folder`` as a file system of this size, such as 64m."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing fits any more; return the file, to be removed."""
    file = disk / "filling"
    with file.open("wb", buffering=0) as raw:
        for size in (1 << 20, 4096):
            try:
                while raw.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return file
