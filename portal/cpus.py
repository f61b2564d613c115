"""How many CPUs this process may use: the limit of a container is not the number of its cores."""

import os
from collections.abc import Iterator
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Final

GROUPS: Final = Path("/sys/fs/cgroup")
OWN_GROUPS: Final = Path("/proc/self/cgroup")


def usable_cpus(groups: Path = GROUPS, own_groups: Path = OWN_GROUPS) -> int:
    """Return the number of CPUs by affinity and by the limits of all control groups, at least 1.

    A limit of 1.5 CPUs counts as 2.
    Source: cgroups(7); Linux kernel, admin-guide/cgroup-v2 (cpu.max) and
    scheduler/sched-bwc (cpu.cfs_quota_us).
    """
    affinity = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    limits = [ceil(quota / period) for quota, period in _quotas(groups, own_groups) if quota > 0]
    return max(1, min([len(affinity(0)), *limits]))


def _quotas(groups: Path, own_groups: Path) -> Iterator[tuple[int, int]]:
    """Yield quota and period of each group of this process and of the groups above it.

    In a container the path may be that of the host; then the root is the container's group.
    """
    with suppress(OSError):
        for line in own_groups.read_text().splitlines():
            _number, controllers, path = line.split(":", 2)
            if controllers and "cpu" not in controllers.split(","):
                continue
            roots = [groups / controllers, groups / "cpu"] if controllers else [groups]
            for root in roots:
                own = root / path.lstrip("/")
                for folder in (own, *own.parents):
                    if folder.is_relative_to(root):
                        yield from _quota_in(folder)


def _quota_in(folder: Path) -> Iterator[tuple[int, int]]:
    with suppress(OSError, ValueError):  # "max" is no limit
        quota, period = (folder / "cpu.max").read_text().split()
        yield int(quota), int(period)
    with suppress(OSError, ValueError):
        quota, period = (
            (folder / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period")
        )
        yield int(quota), int(period)
