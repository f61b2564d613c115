"""The constraints on public keys, federated identities and fetched key sets."""

from typing import Any

import pytest
from django.db import transaction

from clients_app.models import Client, ClientKey, FederatedIdentity, FetchedKeySet
from tests.credentials import insert_identities, insert_keys
from tests.models.conftest import violates
from tests.moments import NOW, SECOND

URL = "https://keys.example/jwks.json"
NEITHER_KEY_NOR_URL: list[dict[str, Any]] = [
    {"jwk": None, "thumbprint": "", "jwks_url": ""},
    {"jwk": None, "thumbprint": "abc", "jwks_url": ""},
    {"thumbprint": ""},
    {"jwks_url": URL},
    {"jwk": None, "jwks_url": URL},
]


@pytest.mark.parametrize("columns", NEITHER_KEY_NOR_URL)
def test_key_that_is_not_one_of_both_is_violates(client: Client, columns: dict[str, Any]) -> None:
    insert_keys(client, 1)
    with violates("client_key_is_key_or_url"):
        ClientKey.objects.update(**columns)


def test_key_by_url_is_saved(client: Client) -> None:
    insert_keys(client, 1)
    assert ClientKey.objects.update(jwk=None, thumbprint="", jwks_url=URL) == 1


def test_same_key_twice_is_violates_until_one_is_removed(client: Client) -> None:
    insert_keys(client, 1, removed_at=NOW)
    insert_keys(client, 1)
    with violates("client_key_unique"):
        ClientKey.objects.update(removed_at=None)


def test_end_before_its_creation_is_violates(client: Client) -> None:
    insert_keys(client, 1, expires_at=NOW + SECOND, created_at=NOW)
    insert_identities(client, 1, expires_at=NOW + SECOND, created_at=NOW)
    with violates("client_key_expires_after_creation"), transaction.atomic():
        ClientKey.objects.update(expires_at=NOW)
    with violates("federated_identity_expires_after_creation"):
        FederatedIdentity.objects.update(expires_at=NOW)


@pytest.mark.parametrize("column", ["issuer", "audience", "subject_rule"])
def test_identity_without_a_rule_is_violates(client: Client, column: str) -> None:
    insert_identities(client, 1)
    with violates("federated_identity_is_complete"):
        FederatedIdentity.objects.update(**{column: ""})


@pytest.mark.django_db
def test_key_set_fetched_from_one_address_is_one_row() -> None:
    FetchedKeySet.objects.create(url=URL, is_issuer=False, due_at=NOW)
    FetchedKeySet.objects.create(url=URL, is_issuer=True, due_at=NOW)
    with violates("fetched_key_set_unique"):
        FetchedKeySet.objects.update(is_issuer=True)
