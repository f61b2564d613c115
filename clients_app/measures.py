"""What the processes of a server count for Prometheus (NTC-1).

A process counts in its memory and writes all of it to a file of its own every few seconds, so that
whichever process is asked adds up the same. No sum ever falls while the server runs: the file of a
process that died stays. Without ``begin``, nothing is counted.
"""

import contextlib
import json
import os
import threading
from bisect import bisect_left
from pathlib import Path
from typing import Final, NamedTuple

WRITTEN_EVERY_S: Final = 5.0
LABELS_MAX: Final = 500  # combinations of values in each process; others become OTHER
OTHER: Final = "other"
BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_lock: Final = threading.Lock()
_state: Final[dict[str, Path]] = {}  # the file of this process, once it counts


class Kind(NamedTuple):
    """A metric: its name without the ending, what it says, and its labels."""

    name: str
    text: str
    labels: tuple[str, ...]
    is_timing: bool = False


REQUESTS: Final = Kind(
    "portal_oauth_requests",
    "Requests to the endpoints of authenticated clients; the cause is that of the log.",
    ("endpoint", "grant", "method", "result", "cause"),
)
REFUSALS: Final = Kind(
    "portal_refused_requests",
    "Refused token requests of clients that exist, by the cause that Activity shows.",
    ("cause",),
)
RESPONSES: Final = Kind("portal_responses", "Responses.", ("endpoint", "status"))
TURNED_AWAY: Final = Kind(
    "portal_turned_away", "Requests that no thread has answered.", ("reason",)
)
CHECKS: Final = Kind("portal_argon2_checks", "Secrets checked by Argon2id.", ("result",))
SECONDS: Final = Kind(
    "portal_request_seconds", "Time from a thread's start to its response.", ("endpoint",), True
)
WAITS: Final = Kind(
    "portal_request_wait_seconds", "Time that requests waited for a thread.", ("endpoint",), True
)
KINDS: Final = (REQUESTS, REFUSALS, RESPONSES, TURNED_AWAY, CHECKS, SECONDS, WAITS)
#: by kind and labels: a sum, or how many were within each of BOUNDS_S and above, and their sum
Values = dict[tuple[str, ...], list[float]]
_counts: Final[dict[Kind, Values]] = {kind: {} for kind in KINDS}


def begin(folder: Path) -> None:
    """Count from now on; ``folder`` is that of the files of this server."""
    _state["file"] = folder / f"{os.getpid()}.json"


def is_on() -> bool:
    """Return whether this process counts."""
    return "file" in _state


def count(kind: Kind, *labels: str, by: float = 1) -> None:
    """Add to a count."""
    if _state:
        with _lock:
            _values(kind, labels, 1)[0] += by


def time(kind: Kind, *labels: str, seconds: float) -> None:
    """Add to the times of a kind."""
    if _state:
        with _lock:
            values = _values(kind, labels, len(BOUNDS_S) + 2)
            values[bisect_left(BOUNDS_S, seconds)] += 1
            values[-1] += seconds


def _values(kind: Kind, labels: tuple[str, ...], length: int) -> list[float]:
    values = _counts[kind]
    if labels not in values and len(values) >= LABELS_MAX:
        labels = (OTHER,) * len(labels)
    return values.setdefault(labels, [0.0] * length)


def write() -> None:
    """Write what was counted so far.

    Errors: OSError.
    """
    if not _state:
        return
    with _lock:
        text = json.dumps({kind.name: list(_counts[kind].items()) for kind in KINDS})
    new = _state["file"].with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    new.replace(_state["file"])


def read(folder: Path) -> dict[Kind, Values]:
    """Return the sums of all processes, as they were a few seconds ago."""
    sums: dict[Kind, Values] = {kind: {} for kind in KINDS}
    for path in sorted(folder.glob("*.json")):
        of_process = json.loads(path.read_text())
        for kind in KINDS:
            for labels, values in of_process.get(kind.name, ()):
                known = sums[kind].get(tuple(labels), [0.0] * len(values))
                sums[kind][tuple(labels)] = [a + b for a, b in zip(known, values, strict=True)]
    return sums


def forget(folder: Path) -> None:
    """Make the folder, without the files of a server that ran before."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
