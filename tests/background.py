"""What goes on in threads of its own while a block runs."""

import threading
from collections.abc import Callable
from typing import Self


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
