"""Values that are refused: tables of them, and the field at which a rule says so."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clients_app.errors import RuleBroken


def refused_values(**said: dict[str, str]) -> pytest.MarkDecorator:
    """Return a mark by which a test runs for each ``name`` and ``value`` in a table, which has by
    name what is said for each value: the ``sentence``."""
    cases = [(name, value, said[name][value]) for name in said for value in said[name]]
    return pytest.mark.parametrize(("name", "value", "sentence"), cases)


@contextmanager
def refused_at(field: str | None) -> Iterator[None]:
    """Check that what is done breaks a rule about this field."""
    with pytest.raises(RuleBroken) as refused:
        yield
    assert refused.value.field == field
