"""Add Client in the admin site by a public key or a federated identity, as in the portal."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser
from joserfc.jwk import ECKey

from clients_app.models import AuditEvent, Client, Tenant
from clients_app.rules.client_types import AUTHORIZATION_CODE
from tests.admin.add_client_form import ADD_CLIENT_FORM, add_client_address
from tests.responses import text_of

pytestmark = pytest.mark.one_database

EC = ECKey.generate_key("P-256")
WAYS: dict[str, dict[str, str]] = {
    "key": {"key": EC.as_pem(private=False).decode(), "secret_description": "Gateway"},
    "other": {"issuer": "https://issuer.example", "subject_rule": "job:build"},
    "github": {"owner": "o", "repository": "r", "branch": "main"},
    "kubernetes": {
        "issuer": "https://kubernetes.example",
        "namespace": "n",
        "service_account": "s",
    },
}


def typed_for(way: str) -> dict[str, Any]:
    typed = {**ADD_CLIENT_FORM, **WAYS[way], "way": way}
    return {name: value for name, value in typed.items() if value != "first"}


def added_by(browser: Browser, address: str, way: str) -> list[Any]:
    """Add the client, then take it back; return its events."""
    with transaction.atomic():
        before = AuditEvent.objects.count()
        reply = browser.post(address, typed_for(way))
        assert reply.status_code == 200, text_of(reply)
        assert "Client Successfully Created" in text_of(reply)
        assert "/connect/token" in text_of(reply)
        assert "pcs_" not in text_of(reply)
        events = list(AuditEvent.objects.order_by("pk")[before:])
        transaction.set_rollback(True)
    return [(event.action, json.loads(event.canonical)["after"]) for event in events]


@pytest.mark.parametrize("way", WAYS)
def test_client_is_added_with_its_first_credential_as_in_the_portal(
    staff: Browser, administrator_browser: Browser, tenant: Tenant, way: str
) -> None:
    address = f"{add_client_address(tenant)}&way={way}"
    assert "Client-Credentials, in Herons Ltd" in text_of(staff.get(address))

    here = added_by(staff, address, way)
    there = added_by(administrator_browser, "/security/clients/register", way)
    kind = "client.key.added" if way == "key" else "client.identity.added"
    assert [action for action, _ in here] == ["client.added", kind]
    assert here == there


def test_private_key_is_refused_and_not_shown(staff: Browser, tenant: Tenant) -> None:
    private = EC.as_pem(private=True).decode()

    reply = staff.post(f"{add_client_address(tenant)}&way=key", {**ADD_CLIENT_FORM, "key": private})

    assert reply.status_code == 422
    assert 'id="id_key_error"' in text_of(reply)
    assert private.splitlines()[1] not in text_of(reply)
    assert not Client.objects.exists()


def test_policy_against_new_secrets_leaves_the_other_ways(staff: Browser, tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(new_secrets_forbidden="on")
    address = add_client_address(tenant)

    assert "Choose a public key or a federated identity" in text_of(staff.get(address))
    refused = staff.post(address, ADD_CLIENT_FORM)
    assert refused.status_code == 422
    assert not Client.objects.exists()
    typed = {**typed_for("key"), "form_key": "another-key-of-the-form"}
    assert staff.post(f"{address}&way=key", typed).status_code == 200
    assert Client.objects.get().keys.exists()


def test_authorization_code_client_has_no_credential_whatever_the_way(
    staff: Browser, tenant: Tenant
) -> None:
    address = f"{add_client_address(tenant, AUTHORIZATION_CODE.id)}&way=key"

    assert 'name="key"' not in text_of(staff.get(address))
