"""docs/client-secrets.md: its example, its expression and its program are correct."""

import re
from pathlib import Path
from typing import Any

import pytest

from clients_app.rules.secret_format import SCANNER_PATTERN, is_well_formed, new_secret

pytestmark = pytest.mark.one_database

PAGE = (Path(__file__).parents[2] / "docs" / "client-secrets.md").read_text()


def program() -> dict[str, Any]:
    """Return the names that the page's Python program defines."""
    source = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert source
    names: dict[str, Any] = {}
    exec(source[1], names)  # noqa: S102  the page's own program
    return names


def test_secret_expression_is_the_one_the_portal_uses():
    assert f"    {SCANNER_PATTERN}\n" in PAGE


def test_secret_example_is_valid_and_unique_on_the_page():
    (example,) = re.findall(SCANNER_PATTERN, PAGE)
    assert is_well_formed(example)
    assert program()["is_portal_secret"](example)


def test_secret_program_agrees_with_the_portal():
    is_portal_secret = program()["is_portal_secret"]
    for plain in (new_secret() for _ in range(50)):
        assert is_portal_secret(plain)
        assert not is_portal_secret(plain[:-1] + ("0" if plain[-1] != "0" else "1"))
