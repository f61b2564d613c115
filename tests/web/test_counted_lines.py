"""Lines of the log that strangers can cause."""

import logging
from types import SimpleNamespace

import pytest

from clients_app.http import counted_lines
from clients_app.http.counted_lines import EVERY_S, CountedLine


def test_counted_line_is_written_once_a_minute_with_its_number(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(counted_lines, "time", SimpleNamespace(monotonic=lambda: clock.now))
    line = CountedLine(logging.getLogger("clients_app.server"), "It was %s.")

    for moment in (0.0, 0.0, EVERY_S - 0.1, EVERY_S, 3 * EVERY_S):
        clock.now = 1000.0 + moment
        line.write(f"{moment:.0f}")

    assert caplog.messages == [
        "It was 0.",
        "It was 60. So did 2 other requests since the last such line.",
        "It was 180.",
    ]
