"""The machine: its cores, CPU time, memory, and how fast it signs with RSA 2048."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = _CORES[0]
LOAD_CORE = _CORES[-1]  # not the core of the server, if there are two
_TICKS = os.sysconf("SC_CLK_TCK")


def on_core(core: int, *command: str) -> list[str]:
    """Return ``command`` with a prefix that keeps it and its children on one core."""
    return ["taskset", "-c", str(core), *command]


def need(*programs: str) -> None:
    """Install what is missing, as tests/run.sh does, or exit with a sentence."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=True, stdout=2)
        missing = [program for program in programs if not shutil.which(program)]
    if missing:
        raise SystemExit(f"The benchmark needs {' and '.join(missing)}; install them first.")


def family(pid: int) -> list[int]:
    """Return a process and all its living descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        if fields := _fields(stat):
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, unseen = [], [pid]
    while unseen:
        found.append(one := unseen.pop())
        unseen += children.get(one, [])
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU time of processes, including children that have exited."""
    ticks = 0
    for pid in pids:
        if fields := _fields(Path(f"/proc/{pid}/stat")):
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICKS


def proportional_mib(pid: int) -> float:
    """Return the proportional set size (PSS) of a process."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    [kilobytes] = re.findall(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(kilobytes) / 1024


def rsa_signatures_per_cpu_second(seconds: int) -> float:
    """Return what ``openssl speed`` measures on the server's core, in CPU time."""
    speed = subprocess.run(
        on_core(SERVER_CORE, "openssl", "speed", "-seconds", str(seconds), "rsa2048"),
        check=True,
        capture_output=True,
        text=True,
    )
    [line] = re.findall(r"^rsa 2048 bits.*$", speed.stdout, re.MULTILINE)
    return float(line.split()[5])


def _fields(stat: Path) -> list[str]:
    """Return the fields of a process after its name, which may contain spaces."""
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:  # it has just exited
        return []
