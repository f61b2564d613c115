"""`--dry-run`: says what would be recorded, changes nothing, and prints no secret."""

import json

import pytest

from clients_app.models import AuditEvent, Client, ClientSecret, Role, Tenant
from tests.factories import make_api, make_client, make_person, make_role
from tests.management.conftest import Run
from tests.management.test_clients import SECRET


@pytest.fixture
def pump(tenant: Tenant) -> Client:
    make_role("MyData.Role", tenant)
    make_person("mara", tenant)
    make_api("Orders", tenant, "read", identifier="https://orders.example.com")
    return make_client("Pump", tenant).client


COMMANDS = {
    "clients add Valve --tag north": "Added client Valve",
    "clients edit PUMP --name Valve": "Changed client Valve",
    "clients disable PUMP": "Disabled client Pump",
    "clients remove PUMP --confirm Pump": "Removed client Pump",
    "clients rotate PUMP": "Rotated secret",
    "clients end-tokens PUMP": "Revoked all tokens of Pump",
    "secrets add PUMP": "Added secret",
    "secrets remove PUMP SECRET --confirm-last": "Removed secret",
    "roles add Other": "Added role Other",
    "roles edit mydata.role --name Renamed": "Changed role Renamed",
    "roles remove MyData.Role": "Removed role MyData.Role",
    "apis remove Orders": "Removed API Orders",
    "apis allow Orders PUMP --scope read": "Changed what Pump may call",
    "people add ann": "Added person ann",
    "people deactivate mara": "Deactivated mara",
    "tenants add Contoso": "Added tenant Contoso",
    "tenants rename TENANT Contoso": "Renamed",
}


@pytest.mark.parametrize(("line", "said"), COMMANDS.items(), ids=COMMANDS)
def test_dry_run_says_what_would_happen_and_changes_nothing(
    run: Run, pump: Client, line: str, said: str, dump_of_every_table: object
) -> None:
    assert callable(dump_of_every_table)
    before = dump_of_every_table()
    known = {"PUMP": str(pump.pk), "SECRET": str(ClientSecret.objects.get().pk)}
    words = [{**known, "TENANT": pump.tenant.name}.get(word, word) for word in line.split()]

    ended = run(*words, "--dry-run")

    assert (ended.status, ended.error) == (0, "")
    assert ended.out.startswith("Nothing was changed. The command would record:\n- ")
    assert f"- {said}" in ended.out
    assert not SECRET.search(ended.out)
    assert "http" not in ended.out.replace("https://orders.example.com", "")
    assert dump_of_every_table() == before


def test_dry_run_shows_each_field_that_changes(run: Run, pump: Client) -> None:
    ended = run("clients", "edit", str(pump.pk), "--contact", "Ann", "--tag", "a", "--dry-run")

    assert ended.out.splitlines()[1:] == [
        "- Changed client Pump",
        "    Contact: Ann",
        "    Tags: a",
    ]


def test_dry_run_of_nothing_says_so(run: Run, pump: Client) -> None:
    assert run("clients", "enable", str(pump.pk), "--dry-run").out == (
        "Nothing was changed. It would change nothing.\n"
    )


def test_dry_run_with_json_prints_an_event_on_each_line(run: Run, pump: Client) -> None:
    added, secret = map(
        json.loads, run("clients", "add", "Valve", "--dry-run", "--json").out.splitlines()
    )

    assert (added["Action"], added["After"]["name"]) == ("client.added", "Valve")
    assert secret["Action"] == "client.secret.added"
    assert Client.objects.count() == 1


def test_dry_run_of_what_is_refused_is_refused(run: Run, pump: Client) -> None:
    ended = run("clients", "add", "Pump", "--dry-run")

    assert ended == (1, "", "There is a client named Pump already. Enter another name.\n")
    assert (AuditEvent.objects.filter(outcome="refused").count(), Role.objects.count()) == (0, 8)
