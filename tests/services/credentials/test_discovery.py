"""Keys of an issuer, found by its discovery document."""

from typing import Any

import pytest

from tests.key_server import KeyServer
from tests.services.credentials.test_key_sets import discovery, expected, fetched


def test_keys_of_an_issuer_are_found_by_discovery(server: KeyServer, db: None):
    discovery(server)

    row = fetched(expected(server.origin, is_issuer=True))

    assert row.jwks is not None
    assert server.asked == ["/.well-known/openid-configuration", "/jwks"]


@pytest.mark.parametrize(
    ("document", "failure"),
    [
        ({"issuer": "https://other.example"}, "Its discovery document names another issuer"),
        ({"issuer": ["x"]}, "Its discovery document names another issuer"),
        ({"jwks_uri": None}, "Its discovery document has no jwks_uri."),
        ({"jwks_uri": "https://10.0.0.1/jwks"}, "10.0.0.1 is not public"),
        ({"jwks_uri": "file:///etc/passwd"}, "Enter an address"),
    ],
)
def test_wrong_discovery_document_is_a_failure(
    server: KeyServer, db: None, document: dict[str, Any], failure: str
):
    discovery(server, **document)

    assert fetched(expected(server.origin, is_issuer=True)).failure.startswith(failure)


def test_issuer_with_a_slash_more_is_another_issuer(server: KeyServer, db: None):
    discovery(server)

    row = fetched(expected(f"{server.origin}/", is_issuer=True))

    assert "another issuer" in row.failure
    assert row.fetched_at is None  # so the keys verify nothing; they tell people about the slash
    assert row.jwks is not None
    discovery(server, issuer="https://other.example")
    other = fetched(expected(server.origin, is_issuer=True))
    assert (other.fetched_at, other.jwks) == (None, None)
