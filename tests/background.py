"""What goes on beside a test while a block runs: in threads, or in a process of its own."""

import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self


class Background:
    """Does each of ``works`` in a thread while its block runs; they end when ``is_over`` is set."""

    def __init__(self, *works: Callable[[], object]) -> None:
        self.is_over = threading.Event()
        self._threads = [threading.Thread(target=work) for work in works]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def running_process(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Run a command, and wait for its end after the block, which makes it end.

    A block that fails does not, and the test would wait forever.
    """
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
