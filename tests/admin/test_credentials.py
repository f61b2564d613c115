"""Public keys and federated identities in the admin site: shown, and removed."""

from datetime import datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app.models import ClientKey, FederatedIdentity, TokenUsage
from tests.admin.conftest import Installation, last_event, list_of, page_of
from tests.credentials import insert_identities, insert_keys
from tests.moments import NOW
from tests.responses import text_of


def test_pages_show_what_is_accepted_and_its_grade(
    staff: Browser, installation: Installation
) -> None:
    key, client = installation.public_key, installation.client
    [identity] = insert_identities(
        client, 1, claim_rules={"ref": "main"}, jwks={"keys": [{"kid": "theirs"}]}
    )
    [by_url] = insert_keys(client, 1, jwk=None, thumbprint="", jwks_url="https://a.example.com")

    page = text_of(staff.get(page_of(identity)))

    for text in ("https://issuer.example", "job:build", "ref = main", "theirs", "Caution: "):
        assert text in page
    assert key.jwk["x"] in text_of(staff.get(page_of(key)))
    assert "https://a.example.com" in text_of(staff.get(page_of(by_url)))
    of_client = text_of(staff.get(page_of(client)))
    for row in (key, by_url, identity):
        assert f'href="{page_of(row)}"' in of_client


def test_list_can_be_filtered_by_state(staff: Browser, installation: Installation) -> None:
    [expired] = insert_keys(installation.client, 1, expires_at=NOW, thumbprint="old")
    for state, shown, hidden in (
        ("live", installation.public_key, expired),
        ("expired", expired, installation.public_key),
    ):
        page = text_of(staff.get(f"{list_of(ClientKey)}?state={state}"))
        assert page_of(shown) in page
        assert page_of(hidden) not in page


@pytest.mark.parametrize("name", ["public-key-remove", "identity-remove"])
def test_remove_says_when_it_was_used_and_removes_it(
    staff: Browser, installation: Installation, name: str, now: datetime
) -> None:
    is_key = name == "public-key-remove"
    row = installation.public_key if is_key else installation.identity
    address = reverse(f"admin:{name}", args=[row.pk])

    assert "It has never been used." in text_of(staff.get(address))
    TokenUsage.objects.create(
        client=row.client, **{"key" if is_key else "identity": row}, hour=now, last_at=now
    )
    assert "It is in use." in text_of(staff.get(address))
    reply = staff.post(address)

    assert (reply.status_code, reply["Location"]) == (303, page_of(row.client))
    model = ClientKey if is_key else FederatedIdentity
    assert not model.objects.present().exists()
    event = last_event(installation.tenant)
    assert event.action == ("client.key.removed" if is_key else "client.identity.removed")
    assert staff.post(address).status_code == 404
