"""What each Client Type has."""

import pytest

from clients_app.rules.client_types import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    CLIENT_TYPES,
    HYBRID,
    ClientType,
)

URLS = {"redirect_uris", "logout_uris", "cors_origins"}
ROLES = {"roles", "confirms_administrator"}
ASSERTIONS = {"demands_assertion_type", "accepts_token_endpoint_audience"}
SWITCHES = {"may_introspect", "may_rotate_own_secrets", "may_add_secrets"}
LACKS = {
    CLIENT_CREDENTIALS: {*URLS, "allow_refresh_token", "client_uri", "logo_uri", "skips_consent"},
    AUTHORIZATION_CODE: {*ROLES, *ASSERTIONS, *SWITCHES},
    HYBRID: {*ROLES, "cors_origins", "may_rotate_own_secrets"},
}


@pytest.mark.parametrize(("client_type", "lacks"), LACKS.items(), ids=map(str, LACKS))
def test_lacks_names_every_field_of_other_types(client_type: ClientType, lacks: set[str]) -> None:
    assert set(client_type.lacks) == lacks


def test_types_are_found_by_their_id() -> None:
    assert {one: record.id for one, record in CLIENT_TYPES.items()} == {
        one: one for one in ("client-credentials", "authorization-code", "hybrid")
    }
