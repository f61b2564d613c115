"""What a rule says when it refuses a text."""

from collections.abc import Callable
from typing import Any

import pytest

from clients_app.errors import RuleBroken


def refused(clean: Callable[..., object], *args: Any, **kwargs: Any) -> RuleBroken:
    """Return the error of a call that must be refused; it tells people what to enter."""
    with pytest.raises(RuleBroken) as caught:
        clean(*args, **kwargs)
    assert str(caught.value).startswith("Enter ")
    assert "%(" not in str(caught.value)
    return caught.value
