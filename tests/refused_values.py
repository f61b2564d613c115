"""Tables of values that are refused, of a form or of settings."""

import pytest


def refused_values(**said: dict[str, str]) -> pytest.MarkDecorator:
    """Return a mark by which a test runs for each ``name`` and ``value`` in a table, which has by
    name what is said for each value: the ``sentence``."""
    cases = [(name, value, said[name][value]) for name in said for value in said[name]]
    return pytest.mark.parametrize(("name", "value", "sentence"), cases)
