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


@pytest.fixture
def declared(run: Run, tmp_path: Path) -> Callable[..., CommandResult]:
    """A function that runs a command on a file with this text."""

    def with_text(name: str, text: str, *words: str) -> CommandResult:
        path = tmp_path / "given.yaml"
        path.write_text(text)
        return run(name, str(path), *words)

    return with_text


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


def test_file_gives_no_orders_to_the_terminal(
    tenant: Tenant, declared: Callable[..., CommandResult], run: Run
) -> None:
    """DEP-20: such as to clear it, or to show another name."""
    for command in ("plan", "apply"):
        refused = declared(command, r'clients: [{name: "\e[2JPump\u202e", "\x9b2J": 1}]')
        assert refused.status == 1
        assert refused.error == (
            r"Line 1: clients 1 (\x1b[2JPump\u202e): \x9b2J: there is no such field." + "\n"
        )
    assert r"name or id a\x07." in run("roles", "remove", "a\a").error


def test_plan_and_apply_name_all_problems_and_change_nothing(
    tenant: Tenant,
    run: Run,
    declared: Callable[..., CommandResult],
    dump_of_every_table: Callable[[], str],
) -> None:
    gone, other = make_client("Gone", tenant).client, make_client("Valve", tenant).client
    run("clients", "remove", str(gone.pk), "--confirm", "Gone")
    day = f"{Client.objects.get(pk=gone.pk).removed_at:%Y-%m-%d}"
    theirs = make_client("Theirs", make_tenant("Contoso")).client
    text = f"""
roles:
- {{name: Fine}}
- {{name: Tenant Viewer, description: mine}}
clients:
- {{id: {gone.pk}, name: Gone}}
- {{name: Valve, type: hybrid}}
- {{name: A, roles: [Nothing]}}
- {{name: B, may_call: {{apis: {{"https://none.example.com": []}}}}}}
- {{name: C, owners: [nobody]}}
- {{name: D, redirect_uris: [https://a.example]}}
- {{name: E, type: authorization-code, roles: [Fine]}}
- {{name: F, token_lifetime: 59}}
- {{id: {theirs.pk}, name: Theirs}}
- {{id: {other.pk}, name: Valve 2}}
- {{name: G, roles: [Tenant Administrator]}}
"""
    before = dump_of_every_table()

    plan, applied = (declared(name, text, "--tenant", tenant.name) for name in ("plan", "apply"))

    assert plan == applied
    assert (plan.status, plan.out, dump_of_every_table() == before) == (1, "", True)
    assert plan.error.splitlines() == [
        "Line 4: roles 2 (Tenant Viewer): name: Enter another name. This one looks like the "
        "built-in role Tenant Viewer.",
        f"Line 6: clients 1 (Gone): It was removed on {day}. Restore it with `manage.py "
        "clients restore`, or leave out id to add another client.",
        "Line 7: clients 2 (Valve): type: It is of type client-credentials. The type of a "
        "client never changes.",
        "Line 8: clients 3 (A): roles: There is no role named Nothing. Add it to roles.",
        "Line 9: clients 4 (B): may_call: There is no API with the Identifier "
        "https://none.example.com. Add it to apis.",
        "Line 10: clients 5 (C): owners: There is no person with the username nobody.",
        "Line 11: clients 6 (D): redirect_uris: This Client Type has no such URLs.",
        "Line 12: clients 7 (E): roles: Clients of this type do not have roles.",
        "Line 13: clients 8 (F): token_lifetime: Enter a whole number from 60 to 3600. The "
        "shortest Token Lifetime is 60 seconds (one minute).",
        "Line 14: clients 9 (Theirs): id: There is no client with this id. Leave out id to "
        "add one.",
        "Line 15: clients 10 (Valve 2): It is the same client as clients 2 (Valve).",
        "Line 16: clients 11 (G): roles: Confirm that G becomes a Tenant Administrator, or "
        "remove that role. (--confirm-administrator)",
    ]


def test_administrator_is_confirmed_by_name(
    tenant: Tenant, declared: Callable[..., CommandResult]
) -> None:
    text = "clients: [{name: G, roles: [Tenant Administrator]}]"

    assert declared("apply", text, "--confirm-administrator", "G").status == 0
    assert declared("plan", text).status == 0


DEEP = "Line 1: nest at most 20 levels of lists and fields."
TAGGED = "Line 2: leave out tags, which begin with !."
NO_NUMBER = "Line 1: write a number in plain digits, a text in quotes."
SHAPES = {
    "": "Begin the file with roles, apis or clients, each a list.",
    "[": "Line 2: did not find expected node content.",
    "clients: 1": "Line 1: clients: enter a list.",
    "clients: [1]": "Line 1: clients 1: enter fields, such as name.",
    "clients: [{}]": "Line 1: clients 1: name: enter it.",
    "client: []": "Line 1: client: there is no such field.",
    "version: 2": "Line 1: version: enter 1.",
    "clients: [{name: 1}]": "Line 1: clients 1: name: enter a text: put it in quotes.",
    "clients: [{name: a, enabled: 1}]": "Line 1: clients 1 (a): enabled: enter true or false.",
    "clients: [{name: a, token_lifetime: 1.5}]": (
        "Line 1: clients 1 (a): token_lifetime: enter a whole number."
    ),
    "clients: [{name: a, tags: [1]}]": "Line 1: clients 1 (a): tags: enter a list of texts.",
    "clients: [{name: a, secret: x}]": "Line 1: clients 1 (a): secret: there is no such field.",
    "clients: [{name: a, type: []}]": (
        "Line 1: clients 1 (a): type: enter client-credentials | authorization-code | hybrid."
    ),
    "clients: [{name: a}, {name: A}]": "Line 1: clients 2 (A): clients 1 (a) has the same name.",
    "roles: [{name: a}, {name: a}]": "Line 1: roles 2 (a): roles 1 (a) has the same name.",
    "clients: [{name: a, name: b}]": "Line 1: name comes twice.",
    "roles: []\nroles: []": "Line 2: roles comes twice.",
    "clients:\n- name: a\n  tags: 1\n- 2\n- name: b\n  colour: red": (
        "Line 3: clients 1 (a): tags: enter a list of texts.\n"
        "Line 1: clients 2: enter fields, such as name.\n"
        "Line 6: clients 3 (b): colour: there is no such field."
    ),
    "clients:\n- {name: a, name: b}\n": "Line 2: name comes twice.",
    "clients:\n- name: a\n\ttags: []": ("Line 3: found a tab character that violates indentation."),
    "clients:\n- {<<: {name: a}}": "Line 2: begin each field with its name.",
    "clients: [{name: yes}]": "Line 1: clients 1: name: enter a text: put it in quotes.",
    "clients: [{name: 2027-01-01}]": "Line 1: put a date in quotes.",
    "clients: [{name: 2027-13-45}]": "Line 1: put a date in quotes.",
    "clients: {? [a] : b}": "Line 1: begin each field with its name.",
    "clients: [{name: a, roles: {b: c}}]": "Line 1: clients 1 (a): roles: enter a list of texts.",
    "clients: [{name: a, token_lifetime: 1:00}]": NO_NUMBER,
    "clients: [{name: a, token_lifetime: 0600}]": NO_NUMBER,
    f"clients: [{{name: a, token_lifetime: {'9' * 5000}}}]": NO_NUMBER,
    "clients:\n- {name: é}\n- {name: '\0'}": "Line 3: YAML allows no control characters.",
    'clients: [{name: "\\ud800"}]': "Line 1: found invalid Unicode character escape code.",
    "\ufeffclients: 1": "Line 1: clients: enter a list.",
    "clients: [{name: a, may_call: {apis: {x: [1]}}}]": (
        "Line 1: clients 1 (a): may_call: enter built_in (true or false), default, and apis: "
        "Identifier: [scopes]."
    ),
    "clients: &a [{name: b}]\nroles: *a": "Line 2: write the values instead of an alias.",
    "clients:\n- !!python/object/apply:os.getcwd []": TAGGED,
    "clients:\n- {name: a, enabled: !!bool maybe}": TAGGED,
    "clients: !!set\n {a: !!float b}": "Line 1: leave out tags, which begin with !.",
    "clients: []\n---\nroles: []": "Line 2: but found another document.",
    "[" * 21 + "]" * 21: DEEP,
    "[" * 50_000 + "]" * 50_000: DEEP,
    "[" * 100_000: DEEP,
    "tenant: Contoso": "There is no tenant with the name or id Contoso.",
}


@pytest.mark.parametrize(("text", "said"), SHAPES.items(), ids=[text[:40] for text in SHAPES])
def test_file_of_the_wrong_shape_is_refused(
    tenant: Tenant, declared: Callable[..., CommandResult], text: str, said: str
) -> None:
    ended = declared("plan", text)

    assert (ended.status, ended.out) == (1, "")
    assert "Traceback" not in ended.error
    assert ended.error == f"{said}\n"


def test_wrong_arguments_of_plan_are_no_difference(run: Run, tenant: Tenant) -> None:
    assert run("plan").status == 1
    assert run("apply").status == 2
    assert run("plan", "/none.yaml").error == (
        "/none.yaml cannot be read (No such file or directory).\n"
    )


def test_file_for_another_tenant_is_refused(
    tenant: Tenant, declared: Callable[..., CommandResult]
) -> None:
    make_tenant("Contoso")

    ended = declared("apply", "tenant: Contoso\nroles: [{name: a}]", "--tenant", tenant.name)

    assert ended == (1, "", "The file is for the tenant Contoso.\n")
