"""`manage.py export`, `plan` and `apply`: a tenant as a file."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from clients_app.models import Api, AuditEvent, Client, ClientSecret, Role, Tenant
from clients_app.services.secrets.digests import digest_fits
from tests.factories import (
    let_call,
    make_api,
    make_application,
    make_client,
    make_person,
    make_role,
    make_tenant,
)
from tests.hashing import hashing_outside_transactions
from tests.management.conftest import CommandResult, Run
from tests.management.test_clients import SECRET

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

URI = "https://orders.example.com"
NEW = f"""
roles:
- name: MyData.Role
  description: Reads MyData
apis:
- name: Orders
  identifier: {URI}
  scopes: [read, {{name: write, description: Write orders}}]
clients:
- name: Pump
  tags: [north, wind]
  roles: [mydata.role]
  owners: [mara]
  enabled: false
  may_rotate_own_secrets: true
  token_lifetime: 60
  may_call: {{built_in: false, apis: {{"{URI}": [read]}}, default: "{URI}"}}
- name: Rooms
  type: authorization-code
  redirect_uris: [https://a.example/1]
"""


@pytest.fixture
def file(tmp_path: Path, tenant: Tenant) -> Path:
    """A file that adds all that it lists."""
    make_person("mara", tenant)
    path = tmp_path / "clients.yaml"
    path.write_text(NEW)
    return path


def test_plan_says_what_apply_would_do_and_changes_nothing(
    run: Run, file: Path, dump_of_every_table: Callable[[], str]
) -> None:
    before = dump_of_every_table()

    ended = run("plan", str(file))

    assert (ended.status, ended.error) == (2, "")
    said = [line for line in ended.out.splitlines() if line.startswith("- ")]
    assert [line.partition(" (")[0] for line in said] == [
        "- Added role MyData.Role",
        "- Added API Orders",
        "- Added client Pump",
        "- Added secret …????",
        "- Disabled client Pump",
        "- Changed what Pump may call",
        "- Added client Rooms",
    ]
    assert "    Description: Reads MyData" in ended.out
    assert not SECRET.search(ended.out)
    assert dump_of_every_table() == before
    rehearsed = run("apply", str(file), "--dry-run", "--secrets-to", str(file.parent / "new"))
    assert rehearsed.status == 0
    assert [line for line in rehearsed.out.splitlines() if line.startswith("- ")] == said
    assert dump_of_every_table() == before
    assert not (file.parent / "new").exists()


@pytest.mark.both_databases
def test_apply_adds_all_and_prints_each_secret_once(
    run: Run, file: Path, dump_of_every_table: Callable[[], str]
) -> None:
    with hashing_outside_transactions() as runs:
        ended = run("apply", str(file))

    pump, rooms = Client.objects.order_by("name")
    first, second = (json.loads(line) for line in ended.out.splitlines() if line[0] == "{")
    assert (ended.status, ended.error, len(runs)) == (0, "", 2)
    assert (first["client_id"], second["client_id"]) == (str(pump.pk), str(rooms.pk))
    assert digest_fits(first["client_secret"], ClientSecret.objects.get().digest)
    assert first["client_secret"] not in dump_of_every_table()
    assert "client_secret" not in second
    assert (pump.is_enabled, pump.token_lifetime_s, pump.may_call_built_in) == (False, 60, False)
    assert pump.may_rotate_own_secrets
    assert {role.name for role in pump.roles.all()} == {"MyData.Role", "Tenant Member"}
    assert [person.username for person in pump.owners.all()] == ["mara"]
    row = pump.may_call.get()
    assert (row.api.identifier, row.is_default) == (URI, True)
    assert [scope.name for scope in row.scopes.all()] == ["read"]


def test_second_apply_and_a_plan_of_the_same_file_find_nothing(run: Run, file: Path) -> None:
    run("apply", str(file))
    events = AuditEvent.objects.count()

    again, plan = run("apply", str(file)), run("plan", str(file))

    assert again == (0, "Nothing to change.\n", "")
    assert plan == (0, "Nothing would change.\n", "")
    assert run("plan", str(file), "--json") == (0, "", "")
    assert AuditEvent.objects.count() == events


def test_export_is_applied_without_a_change_and_has_no_secret(
    run: Run, file: Path, declared: Callable[..., CommandResult]
) -> None:
    run("apply", str(file))
    make_client("Über: #1", Tenant.objects.get(), contact="yes")
    make_application("null", Tenant.objects.get())

    exported = run("export")

    assert (exported.status, exported.error) == (0, "")
    assert not SECRET.search(exported.out)
    assert not any(secret.last_four in exported.out for secret in ClientSecret.objects.all())
    names = [client["name"] for client in yaml.safe_load(exported.out)["clients"]]
    assert names == ["null", "Pump", "Rooms", "Über: #1"]
    assert declared("plan", exported.out) == (0, "Nothing would change.\n", "")
    without = run("export", "--without-ids").out
    assert "id:" not in without
    assert declared("plan", without) == (0, "Nothing would change.\n", "")
    assert AuditEvent.objects.filter(action="clients.exported").count() == 2


@pytest.mark.both_databases
def test_export_without_ids_copies_to_another_tenant(
    run: Run, file: Path, declared: Callable[..., CommandResult]
) -> None:
    make_role("MyData.Role", Tenant.objects.get())
    make_client("Pump", Tenant.objects.get(), description="Pumps")
    text = run("export", "--without-ids").out.replace("Herons Ltd", "Contoso")
    with_ids = run("export").out.replace("Herons Ltd", "Contoso")
    make_tenant("Contoso")

    refused, ended = declared("apply", with_ids), declared("apply", text)

    assert refused.error.endswith("id: There is no client with this id. Leave out id to add one.\n")
    assert ended.status == 0
    copy = Client.objects.get(tenant__name="Contoso")
    assert (copy.name, copy.description) == ("Pump", "Pumps")


def test_apply_changes_only_what_the_file_says(
    run: Run, file: Path, declared: Callable[..., CommandResult]
) -> None:
    run("apply", str(file))
    pump = Client.objects.get(name="Pump")

    ended = declared(
        "apply", f"clients: [{{id: {pump.pk}, name: Pump 2, enabled: true, owners: []}}]"
    )

    said = [line for line in ended.out.splitlines() if line.startswith("- ")]
    assert said == [
        "- Changed client Pump 2",
        "- Changed owners of Pump 2",
        "- Enabled client Pump 2",
    ]
    pump.refresh_from_db()
    assert (pump.name, pump.token_lifetime_s, pump.may_call_built_in) == ("Pump 2", 60, False)
    assert Client.objects.count() == 2


@pytest.mark.both_databases
def test_apply_changes_roles_and_apis(
    tenant: Tenant, declared: Callable[..., CommandResult]
) -> None:
    make_role("MyData.Role", tenant)
    api = make_api("Orders", tenant, "read", "write", identifier=URI)
    let_call(make_client("Pump", tenant).client, api)

    ended = declared(
        "apply",
        f"roles: [{{name: MYDATA.role, description: x}}]\n"
        f"apis: [{{identifier: '{URI}', name: Sales, scopes: [read, ship]}}]",
    )

    assert ended.status == 0
    assert Role.objects.get(description="x").name == "MYDATA.role"
    api = Api.objects.get(pk=api.pk)
    assert (api.name, api.scope_names()) == ("Sales", ("read", "ship"))


def test_secrets_go_into_files_of_their_owner(run: Run, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"

    ended = run("apply", str(file), "--secrets-to", str(folder))

    pump = Client.objects.get(name="Pump")
    path = folder / f"{pump.pk}.json"
    assert not SECRET.search(ended.out)
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (
        0o600,
        0o700,
    )
    assert digest_fits(
        json.loads(path.read_text())["client_secret"], ClientSecret.objects.get().digest
    )


@pytest.mark.both_databases
def test_secrets_that_cannot_be_written_undo_all(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")
    refused = run("apply", str(file), "--secrets-to", str(tmp_path / "taken"))
    folder = tmp_path / "secrets"
    written: list[object] = []

    def full(number: int) -> None:
        written.append(number)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("clients_app.management.secret_files.os.fsync", full)
    failed = run("apply", str(file), "--secrets-to", str(folder))

    assert (refused.status, failed.status, len(written)) == (1, 1, 2)
    assert "No space left on device), so nothing was changed." in failed.error
    assert (list(folder.iterdir()), Client.objects.exists(), Api.objects.count()) == ([], False, 1)


def test_administrator_is_confirmed_by_name(
    tenant: Tenant, declared: Callable[..., CommandResult]
) -> None:
    text = "clients: [{name: G, roles: [Tenant Administrator]}]"

    assert declared("apply", text, "--confirm-administrator", "G").status == 0
    assert declared("plan", text).status == 0
