"""How long the roles of a client may be in its tokens."""

import pytest

from clients_app.errors import RuleBroken
from clients_app.rules.role_claims import check_role_claims, role_claims_bytes


def test_size_of_a_role_is_its_name_as_json_its_id_and_commas() -> None:
    assert role_claims_bytes([]) == 0
    assert role_claims_bytes(["a"]) == len('"a",') + 36 + len('"",')
    assert role_claims_bytes(['"', "é", "😀"]) == 3 * (36 + 3 + 3) + 2 + 2 + 4


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        (["x" * 39] * 25, True),  # 25 * (39 + 42) = 2025
        (["x" * 39] * 24 + ["x" * 60], True),  # 2046
        (["x" * 39] * 23 + ["x" * 60, "x" * 41], True),  # 2048: the edge
        (["x" * 39] * 23 + ["x" * 60, "x" * 42], False),
        (["x" * 60] * 20, True),  # 2040
        (["x" * 60] * 21, False),
        (["é" * 60] * 12, True),  # 1944
        (["é" * 60] * 13, False),
    ],
)
def test_roles_over_half_a_token_are_refused(names: list[str], fits: bool) -> None:
    if fits:
        check_role_claims(names)
        return
    with pytest.raises(RuleBroken) as refusal:
        check_role_claims(names)
    assert refusal.value.field == "roles"
    assert "too many" in str(refusal.value)
