"""Values that are refused: tables of them, and the field at which a rule says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from clients_app.errors import RuleBroken

#: what every form says about a role, where there is one named Pump reader
OF_ROLES: Final = {
    "name": {
        "": "Enter a name of 1 to 60 characters.",
        "x" * 61: "61: 1 too many",
        "PUMP reader": "There is a role named PUMP reader already.",
        "tenant viewer": "There is a role named tenant viewer already.",
    },
    "description": {"x" * 201: "201: 1 too many"},
}


def refused_values(**said: dict[str, str]) -> pytest.MarkDecorator:
    """Return a mark by which a test runs for each ``name`` and ``value`` in a table, which has by
    name what is said for each value: the ``sentence``."""
    cases = [(name, value, said[name][value]) for name in said for value in said[name]]
    return pytest.mark.parametrize(("name", "value", "sentence"), cases)


@contextmanager
def refused_at(field: str | None, match: str | None = None) -> Iterator[None]:
    """Check that what is done breaks a rule about this field, with words that ``match``."""
    with pytest.raises(RuleBroken, match=match) as refused:
        yield
    assert refused.value.field == field
