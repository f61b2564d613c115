"""Names that look like those of built-in roles."""

import pytest

from clients_app.rules.built_in_roles import BUILT_IN_ROLES
from clients_app.rules.lookalikes import built_in_role_like


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.name)
def test_each_built_in_role_looks_like_itself_in_any_style(role):
    fullwidth = "".join(chr(ord(one) + 0xFEE0) if one != " " else one for one in role.name)
    for name in (role.name, role.name.upper(), fullwidth, f" {role.name} "):
        assert built_in_role_like(name) == role.name


@pytest.mark.parametrize(
    "name",
    [
        "Ten\u0430nt Administrator",  # Cyrillic a
        "\u03a4enant Administrator",  # Greek Tau
        "Tenant  Administrator",
        "Tenant Adm1nistrator",
        "Tenant Admlnistrator",
        "Tenant Adrninistrator",
        "Tenant Administrat\u043er",
        "Tenant Admin\u200bistrator",
        "\U0001d413enant Administrator",
        "\u13a2enant Administrator",  # Cherokee
    ],
)
def test_name_that_looks_like_a_built_in_role_is_found(name):
    assert built_in_role_like(name) == "Tenant Administrator"


@pytest.mark.parametrize(
    "name",
    ["Tenant Administrators", "Administrator", "Telemetry.Writer", "Mandant", "\u9879\u76ee"],
)
def test_other_names_look_like_no_built_in_role(name):
    assert built_in_role_like(name) is None
