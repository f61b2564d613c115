"""`manage.py clients edit` and `restore`: what is not named stays."""

import json

import pytest

from clients_app.models import AuditEvent, Client, Tenant
from tests.factories import make_application, make_client, make_person, make_role, make_tenant
from tests.management.conftest import Run

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere


@pytest.fixture
def pump(run: Run, tenant: Tenant) -> Client:
    """A client with a value in each field."""
    make_role("MyData.Role", tenant)
    make_person("mara", tenant)
    run(
        *("clients", "add", "Pump", "--role", "MyData.Role", "--owner", "mara"),
        *("--tag", "north", "--tag", "wind", "--contact", "Ann", "--token-lifetime", "60"),
    )
    return Client.objects.get()


def shown(run: Run, client: Client) -> dict[str, object]:
    return dict(json.loads(run("clients", "show", str(client.pk), "--json").out))


def test_edit_changes_only_what_is_named(run: Run, pump: Client) -> None:
    before = shown(run, pump)

    ended = run("clients", "edit", str(pump.pk), "--name", "Pump 2", "--description", "Pumps")

    assert ended == (0, "Pump 2 is changed.\n", "")
    assert shown(run, pump) == before | {"Name": "Pump 2", "Description": "Pumps"}
    again = run("clients", "edit", str(pump.pk), "--name", "Pump 2")
    assert again.out == "Pump 2 is as it was.\n"
    assert AuditEvent.objects.filter(action="client.edited").count() == 1


def test_edit_replaces_lists_and_empties_them(run: Run, pump: Client) -> None:
    make_person("ann", pump.tenant)
    words = ("clients", "edit", str(pump.pk))

    run(*words, "--tag", "south", "--role", "Tenant Viewer", "--owner", "ann")
    replaced = shown(run, pump)
    ended = run(
        *(*words, "--tag", "", "--role", "", "--owner", "", "--contact", "", "--json"),
    )

    assert (replaced["Tags"], replaced["Owners"]) == (["south"], ["ann"])
    assert replaced["Roles"] == ["Tenant Member", "Tenant Viewer"]
    emptied = shown(run, pump)
    assert (emptied["Tags"], emptied["Owners"], emptied["Roles"]) == ([], [], ["Tenant Member"])
    assert json.loads(ended.out).items() <= emptied.items()


def test_edit_turns_switches_on_and_off(run: Run, tenant: Tenant) -> None:
    app = make_application("Rooms", tenant)
    words = ("clients", "edit", str(app.pk))

    assert run(*words, "--first-party", "--allow-refresh-token").status == 0
    on = shown(run, app)
    assert run(*words, "--no-first-party", "--no-allow-refresh-token").status == 0

    off = shown(run, app)
    assert (on["FirstParty"], on["AllowOfflineAccess"]) == (True, True)
    assert (off["FirstParty"], off["AllowOfflineAccess"]) == (False, False)
    assert on["RedirectUris"] == off["RedirectUris"] != []


def test_edit_lets_a_machine_rotate_its_own_secrets_or_not(run: Run, pump: Client) -> None:
    words = ("clients", "edit", str(pump.pk))
    before = shown(run, pump)["MayRotateOwnSecrets"]
    run(*words, "--may-rotate-own-secrets")
    on = shown(run, pump)["MayRotateOwnSecrets"]
    run(*words, "--no-may-rotate-own-secrets")

    assert (before, on, shown(run, pump)["MayRotateOwnSecrets"]) == (False, True, False)


@pytest.mark.both_databases
def test_edit_that_makes_a_client_privileged_asks_about_its_secrets(run: Run, pump: Client) -> None:
    words = ("clients", "edit", str(pump.pk), "--role", "Tenant Administrator")
    unconfirmed = run(*words)
    words += ("--confirm-administrator", "Pump")
    refused = run(*words)
    mistyped = run(*words, "--keep-secret", "0", "--remove-other-secrets")
    assert mistyped.error == "Pump has no secret 0. (--keep-secret)\n"
    assert "Tenant Administrator" not in str(shown(run, pump)["Roles"])

    done = run(*words, "--remove-other-secrets")

    assert (unconfirmed.status, refused.status, done.status) == (1, 1, 0)
    assert "(--confirm-administrator)" in unconfirmed.error
    assert "(--keep-secret)" in refused.error
    assert shown(run, pump)["Secrets"] == []


def test_edit_with_a_bad_owner_changes_nothing(run: Run, pump: Client) -> None:
    before = shown(run, pump)

    ended = run("clients", "edit", str(pump.pk), "--name", "Other", "--owner", "nobody")

    assert ended.status == 1
    assert shown(run, pump) == before


def test_edit_of_a_client_of_another_tenant_is_refused(run: Run, tenant: Tenant) -> None:
    theirs = make_client("Pump", make_tenant("Contoso")).client

    ended = run("clients", "edit", str(theirs.pk), "--name", "Mine", "--tenant", tenant.name)

    assert ended == (1, "", f"There is no client with the name or id {theirs.pk}.\n")


@pytest.mark.both_databases
def test_restore_brings_a_client_back_disabled(run: Run, pump: Client) -> None:
    run("clients", "remove", str(pump.pk), "--confirm", "Pump")
    run("clients", "add", "PUMP")
    (removed,) = run("clients", "list", "--show", "removed", "--json").out.splitlines()
    assert json.loads(removed)["State"] == "removed"

    taken = run("clients", "restore", str(pump.pk))
    restored = run("clients", "restore", str(pump.pk), "--name", "Pump 2")

    assert (taken.status, restored.status) == (1, 0)
    assert "There is a client named Pump already" in taken.error
    assert (shown(run, pump)["Enabled"], shown(run, pump)["Secrets"]) == (False, [])
    assert run("clients", "restore", str(pump.pk)).error == "There is no such removed client.\n"
