"""`--json` of the command line has the properties and values of the REST API (DEP-19)."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from tests.api.conftest import Caller
from tests.credentials import insert_identities, insert_keys
from tests.factories import let_call, make_api, make_application, make_client, make_role

pytestmark = pytest.mark.one_database  # the same rows, read by the same selectors


@pytest.fixture
def printed(robot: Caller, capsys: pytest.CaptureFixture[str]) -> Any:
    """A function that returns the objects that a command prints."""
    tenant = robot.tenant

    def run(*words: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        call_command(
            *words, "--json", *([] if words[0] == "tenants" else ["--tenant", tenant.name])
        )
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def of_api(row: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """Return those members of a row that the API's model has."""
    return {name: value for name, value in row.items() if name in model}


@pytest.mark.parametrize("kind", ["ClientCredentialClients", "AuthorizationCodeClients"])
def test_client_and_its_secrets_are_those_of_the_api(
    robot: Caller, printed: Any, kind: str
) -> None:
    tenant = robot.tenant
    own = kind == "ClientCredentialClients"
    client = make_client("Pump", tenant).client if own else make_application("Pump", tenant)
    address = f"{kind}/{client.pk}"

    model = robot.get(address).json()

    for words in (("clients", "show", "Pump"), ("clients", "disable", "pump")):
        [row] = printed(*words)
        assert of_api(row, model) == model | {"Enabled": words[1] == "show"}
    [row] = [one for one in printed("clients", "list") if one["Id"] == str(client.pk)]
    assert of_api(row, model) == model | {"Enabled": False}
    if own:
        [secret] = robot.get(f"{address}/Secrets").json()
        [row] = printed("secrets", "list", "Pump")
        assert of_api(row, secret) == secret
        assert printed("secrets", "show", "Pump", str(secret["Id"])) == [row]
        insert_keys(client, 1)
        insert_identities(client, 1)
        for command, rest in (("public_keys", "PublicKeys"), ("identities", "FederatedIdentities")):
            [one] = robot.get(f"{address}/{rest}").json()
            [row] = printed(command, "list", "Pump")
            assert of_api(row, one) == one
            assert printed(command, "show", "Pump", str(one["Id"])) == [row]


def test_roles_apis_and_tenant_are_those_of_the_api(robot: Caller, printed: Any) -> None:
    make_role("Reader", robot.tenant)
    api = make_api("Orders", robot.tenant, "read")
    client = make_client("Pump", robot.tenant).client
    let_call(client, api)

    for kind in ("Roles", "Apis"):
        models = {one["Id"]: one for one in robot.get(kind).json()}
        rows = printed(kind.lower(), "list")
        assert {row["Id"]: of_api(row, models[row["Id"]]) for row in rows} == models
    [tenant] = printed("tenants", "show", robot.tenant.name)
    assert tenant == robot.get().json()
    may_call = robot.get(f"ClientCredentialClients/{client.pk}/Apis").json()
    key = "Identifier"
    assert sorted(printed("clients", "show", "Pump")[0]["MayCall"], key=lambda one: one[key]) == (
        sorted(may_call, key=lambda one: one[key])
    )
    assert robot.get("Activity").json() == printed("activity", "list")
