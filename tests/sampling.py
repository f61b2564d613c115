"""Parameters of which `make test` runs a sample, because each value takes seconds."""

from collections.abc import Iterable
from typing import Any

import pytest


def sampled(values: Iterable[Any], *, count: int = 1) -> list[Any]:
    """Return the values as parameters: those after the first ``count`` only for `make sweeps`."""
    return [
        pytest.param(
            *(value if isinstance(value, tuple) else (value,)),
            marks=[pytest.mark.sweep] if number >= count else [],
        )
        for number, value in enumerate(values)
    ]
