"""Captures log records in both formats of the product."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from portal.server.logs import Json, Text


class CapturedLogs:
    """``text`` and ``json`` contain everything logged so far."""

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
def captured_logs() -> Iterator[CapturedLogs]:
    """Capture what is logged inside the block, at the configured levels."""
    log, root = CapturedLogs(), logging.getLogger()
    for handler in log.handlers:
        root.addHandler(handler)
    try:
        yield log
    finally:
        for handler in log.handlers:
            root.removeHandler(handler)
