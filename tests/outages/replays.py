"""Assertions that are sent to all of three nodes at the same moment: each is good for one token.

Once with the server of CACHE_URL, and once without (CRE-5).
"""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.cluster.cluster import Cluster
from tests.cluster.replays import Signer
from tests.outages.table import Row

ASSERTIONS = 100  # for each row
TIMES = 21  # each of them, seven for a node
LIMIT_S = 25.0


def rows() -> Iterator[Row]:
    """Yield a row for nodes that run, and one without Redis."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL and nginx are other users
        with Cluster(folder) as cluster:
            signer = Signer(cluster, "signer")
            yield _row(cluster, signer, "assertions replayed on three nodes", lambda: None)
            yield _row(cluster, signer, "the same without Redis", cluster.redis.kill)


def _row(cluster: Cluster, signer: Signer, what: str, fault: Callable[[], None]) -> Row:
    fault()
    until = time.monotonic() + LIMIT_S
    sent, wrong, answers = 0, 0, Counter[int]()
    while sent < ASSERTIONS and time.monotonic() < until:
        got = signer.sent_at_once(signer.assertion(), cluster.nodes * (TIMES // 3))
        wrong += got[200] != 1
        sent, answers = sent + 1, answers + got
    said = ", ".join(f"{count:,} x {status}" for status, count in sorted(answers.items()))
    measured = f"{sent} assertions, each {TIMES} times at once: {said}"
    met = sent > 0 and not wrong and set(answers) == {200, 401}
    return Row(what, measured, "one token for each, else 401", met)
