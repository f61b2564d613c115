"""The log as it is written: what the product's own formatters make of each record."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from portal.server.logs import Json, Text


class Written:
    """``text`` and ``json`` are all that was written so far, in both formats."""

    def __init__(self) -> None:
        self._streams = io.StringIO(), io.StringIO()
        self.handlers = [logging.StreamHandler(stream) for stream in self._streams]
        for handler, formatter in zip(self.handlers, (Text(), Json()), strict=True):
            handler.setFormatter(formatter)

    @property
    def text(self) -> str:
        return self._streams[0].getvalue()

    @property
    def json(self) -> str:
        return self._streams[1].getvalue()


@contextmanager
def written() -> Iterator[Written]:
    """Give what is logged meanwhile, from DEBUG on for our own and as set for all others."""
    log, root = Written(), logging.getLogger()
    for handler in log.handlers:
        root.addHandler(handler)
    try:
        yield log
    finally:
        for handler in log.handlers:
            root.removeHandler(handler)
