"""Clients that people sign in to, by the REST API."""

from typing import Any

import pytest

from clients_app.models import Tenant
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import make_application

NEW = {
    "Name": "Rooms",
    "RedirectUris": ["https://rooms.example/in"],
    "PostLogoutRedirectUris": ["https://rooms.example/out"],
    "ClientUri": "https://rooms.example/",
    "LogoUri": "https://rooms.example/logo.svg",
    "AllowOfflineAccess": True,
}
COMMON = {
    **NEW,
    "Enabled": True,
    "AccessTokenLifetime": 3600,
    "Tags": [],
    "Description": "",
    "Contact": "",
    "FirstParty": False,
    "LastUsed": None,
}


def test_authorization_code_client_is_added_without_a_secret(robot: Caller) -> None:
    body = {**NEW, "AllowedCorsOrigins": ["https://rooms.example"]}
    added = robot.post("AuthorizationCodeClients", body)

    assert added.status_code == 201, added.content
    client = added.json()
    assert client == {
        **COMMON,
        "Id": client["Id"],
        "AllowedCorsOrigins": ["https://rooms.example"],
    }
    address = f"authorizationcodeclients/{client['Id']}"
    assert robot.put(address, client).json() == client
    assert robot.put(address, {"AllowedCorsOrigins": []}).json()["AllowedCorsOrigins"] == []
    assert robot.get("AuthorizationCodeClients")["Total-Count"] == "1"
    for rest in ("Secrets", "Roles"):
        refused(robot.get(f"{address}/{rest}"), 404, "There is nothing at this address.")
    assert robot.delete(address).status_code == 204


def test_hybrid_client_is_added_with_a_secret_and_without_cors(robot: Caller) -> None:
    added = robot.post("HybridClients", {**NEW, "AllowAccessTokensViaBrowser": False})

    assert added.status_code == 201, added.content
    body = added.json()
    client = body["Client"]
    assert client == {
        **COMMON,
        "Id": client["Id"],
        "AllowAccessTokensViaBrowser": False,
        "MayIntrospectTokens": False,
        "MayAddSecrets": False,
        "DemandsAssertionType": False,
        "AcceptsTokenEndpointAudience": False,
    }
    assert body["Secret"].startswith("pcs_")
    address = f"HybridClients/{client['Id']}"
    assert robot.put(address, client).json() == client
    assert robot.post(f"{address}/Secrets", {}).status_code == 201
    assert robot.get(f"{address}/Secrets")["Total-Count"] == "2"
    refused(robot.get(f"{address}/Roles"), 404, "There is nothing at this address.")
    other = f"ClientCredentialClients/{client['Id']}"
    refused(robot.get(other), 404, "There is no such client.")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"RoleIds": []}, "RoleIds: There is no such property."),
        ({"SecretDescription": "x"}, "SecretDescription: There is no such property."),
        ({"RedirectUris": []}, "RedirectUris: Enter at least one Allowed Redirect URL."),
        ({"RedirectUris": "https://a.example/"}, "RedirectUris: Send a list."),
    ],
)
def test_bad_authorization_code_client_is_refused(
    robot: Caller, changed: dict[str, Any], reason: str
) -> None:
    refused(robot.post("AuthorizationCodeClients", {**NEW, **changed}), 400, reason)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("AllowAccessTokensViaBrowser", True, "This property cannot be set."),
        ("AllowedCorsOrigins", [], "There is no such property."),
    ],
)
def test_bad_hybrid_client_is_refused(robot: Caller, name: str, value: Any, reason: str) -> None:
    refused(robot.post("HybridClients", {**NEW, name: value}), 400, f"{name}: {reason}")


def test_application_with_a_bad_url_is_refused(robot: Caller, tenant: Tenant) -> None:
    rooms = make_application("Rooms", tenant)
    for name in ("RedirectUris", "PostLogoutRedirectUris", "AllowedCorsOrigins"):
        reply = robot.put(f"AuthorizationCodeClients/{rooms.pk}", {name: ["ftp://*.example#x"]})
        assert reply.status_code == 400
        assert reply.json()["Reason"].startswith(f"{name}: ")
