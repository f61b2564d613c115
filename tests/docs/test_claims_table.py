"""The table of claims in docs/verify-tokens.md matches the code."""

from pathlib import Path

import pytest

from clients_app.services.tokens.claims import CLAIMS

pytestmark = pytest.mark.one_database

PAGE = Path(__file__).parents[2] / "docs" / "verify-tokens.md"
YES = {True: "yes", False: "no"}


def test_claims_table_matches_the_code_in_order():
    section = PAGE.read_text().partition("## The claims of a token")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if "| `" in line]

    documented = [
        (name.strip("`"), always, shown.partition(",")[0]) for name, _, always, shown in lines
    ]
    assert documented == [
        (claim.name, YES[claim.is_required], YES[claim.is_introspected]) for claim in CLAIMS
    ]
