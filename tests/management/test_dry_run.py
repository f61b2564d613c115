"""`--dry-run`: says what would be recorded, changes nothing, and prints no secret."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings

from clients_app.identity.sign_on.people import link_account
from clients_app.models import (
    AuditEvent,
    Client,
    ClientKey,
    ClientSecret,
    FederatedIdentity,
    Person,
    Role,
    SigningKey,
    Tenant,
)
from clients_app.rules.built_in_roles import TENANT_AUDITOR
from clients_app.services.people.invitations import invite_person
from clients_app.services.signing_keys import private_keys
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.actors import command_line_in
from tests.audit.operations_of_people import EXAMPLE
from tests.audit.subjects import give_session
from tests.credentials import insert_identities, insert_keys
from tests.factories import give_app, insert_clients, make_api, make_client, make_person, make_role
from tests.management.conftest import Run
from tests.management.subcommands import WITH_DRY_RUN
from tests.management.test_clients import SECRET
from tests.moments import NOW
from tests.shared_rows import Copies, Share

OF_PORTAL = {"SIGN_ON_PROVIDERS": (EXAMPLE,), "TOKEN_SIGNING_ALGORITHM": "ES256"}


@pytest.fixture(scope="module")
def shared_pump(share: Share[Client], shared_tenant: Copies[Tenant]) -> Copies[Client]:
    with override_settings(**OF_PORTAL):
        return share(lambda: make_pump(shared_tenant())) if shared_tenant else None


@pytest.fixture
def pump(tenant: Tenant, shared_pump: Copies[Client], settings: Any) -> Client:
    for name, value in OF_PORTAL.items():
        setattr(settings, name, value)
    private_keys.forget()
    return shared_pump() if shared_pump else make_pump(tenant)


def make_pump(tenant: Tenant) -> Client:
    make_role("MyData.Role", tenant)
    _make_people(tenant)
    make_api("Orders", tenant, "read", identifier="https://orders.example.com")
    ensure_active_key(now=NOW)
    off, gone = insert_clients(["Off", "Gone"], tenant)
    Client.objects.filter(pk=off.pk).update(is_enabled=False)
    Client.objects.filter(pk=gone.pk).update(removed_at=datetime.now(UTC))
    client = make_client("Pump", tenant).client
    insert_keys(client, 1)
    insert_identities(client, 1)
    return client


def _make_people(tenant: Tenant) -> None:
    mara, linked = make_person("mara", tenant, TENANT_AUDITOR), make_person("linked", tenant)
    give_app(mara)
    give_session(mara)
    idle = make_person("idle", tenant)
    Person.objects.filter(pk=idle.pk).update(is_active=False)
    by = {"actor": command_line_in(tenant), "now": NOW}
    link_account(linked, EXAMPLE, "theirs", **by)
    by["now"] = datetime.now(UTC)
    invite_person(
        "ines",
        email="ines@herons.example",
        role_ids=frozenset(),
        confirms_administrator=False,
        by_mail=False,
        **by,
    )


def test_every_command_that_writes_is_tried() -> None:
    tried = {" ".join(line.split()[:2]) for line in COMMANDS}

    assert WITH_DRY_RUN - tried == {"keys reencrypt"}  # see test_keys.py


COMMANDS = {
    "clients add Valve --tag north": "Added client Valve",
    "clients edit PUMP --name Valve": "Changed client Valve",
    "clients disable PUMP": "Disabled client Pump",
    "clients enable Off": "Enabled client Off",
    "clients restore GONE": "Restored client Gone",
    "clients remove PUMP --confirm Pump": "Removed client Pump",
    "clients rotate PUMP": "Rotated secret",
    "clients end-tokens PUMP": "Revoked all tokens of Pump",
    "secrets add PUMP": "Added secret",
    "secrets edit PUMP SECRET --description x": "Changed secret",
    "secrets remove PUMP SECRET --confirm-last": "Removed secret",
    "public_keys add PUMP --jwks-url https://pump.example.com/jwks": "Added",
    "public_keys edit PUMP OWNKEY --description x": "Changed",
    "public_keys rules PUMP --demand-type": "Changed client Pump",
    "public_keys rotate PUMP OWNKEY --jwks-url https://pump.example.com/new": "Rotated",
    "public_keys remove PUMP OWNKEY": "Removed",
    "identities add PUMP --issuer https://ci.example.com --subject job:build": "Added",
    "identities edit PUMP IDENTITY --subject job:deploy": "Changed",
    "identities remove PUMP IDENTITY": "Removed",
    "roles add Other": "Added role Other",
    "roles edit mydata.role --name Renamed": "Changed role Renamed",
    "roles remove MyData.Role": "Removed role MyData.Role",
    "apis add Sales --identifier https://sales.example.com": "Added API Sales",
    "apis edit Orders --name Sales": "Changed API Sales",
    "apis remove Orders": "Removed API Orders",
    "apis allow Orders PUMP --scope read": "Changed what Pump may call",
    "apis disallow Built-in PUMP": "Changed what Pump may call",
    "apis introspectors Orders --client PUMP": "Changed",
    "apis unused PUMP --remove": "Changed what Pump may call",
    "keys rotate": "Published signing key",
    "keys revoke KID": "Revoked signing key",
    "people add ann": "Added person ann",
    "people edit mara --name Ott": "Changed person Ott",
    "people roles mara --none": "Changed roles of mara",
    "people reset-link mara": "Created a one-time link for mara",
    "people reset-mfa mara": "Removed the second factor of mara",
    "people end-sessions mara": "Ended sessions of mara",
    "people activate idle": "Allowed idle to sign in again",
    "people invite lena@herons.example": "Invited lena",
    "people renew ines": "Renewed",
    "people withdraw ines": "Withdrew",
    "people link mara subject": "Linked",
    "people unlink linked": "Unlinked",
    "people deactivate mara": "Deactivated mara",
    "tenants add Contoso": "Added tenant Contoso",
    "tenants edit TENANT --name Contoso": "Renamed",
}


def words_of(line: str) -> list[str]:
    """Return the words of a command, with ids of what ``pump`` made."""
    found = {
        "PUMP": str(Client.objects.get(name="Pump").pk),
        "GONE": str(Client.objects.get(name="Gone").pk),
        "SECRET": str(ClientSecret.objects.get(client__name="Pump").pk),
        "OWNKEY": str(ClientKey.objects.get().pk),
        "IDENTITY": str(FederatedIdentity.objects.get().pk),
        "KID": SigningKey.objects.get().kid,
        "TENANT": Tenant.objects.get().name,
        "Built-in": "Built-in API",
    }
    return [found.get(word, word) for word in line.split()]


@pytest.mark.one_database  # each is rolled back alike, and those below on both
@pytest.mark.parametrize(("line", "said"), COMMANDS.items(), ids=COMMANDS)
def test_dry_run_says_what_would_happen_and_changes_nothing(
    run: Run, pump: Client, line: str, said: str, dump_of_every_table: object
) -> None:
    assert callable(dump_of_every_table)
    before = dump_of_every_table()

    ended = run(*words_of(line), "--dry-run")

    assert (ended.status, ended.error) == (0, "")
    assert ended.out.startswith("Nothing was changed. The command would record:\n- ")
    assert f"- {said}" in ended.out
    assert not SECRET.search(ended.out)
    assert "/link/" not in ended.out
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
    assert not Client.objects.filter(name="Valve").exists()


def test_dry_run_of_what_is_refused_is_refused(run: Run, pump: Client) -> None:
    ended = run("clients", "add", "Pump", "--dry-run")

    assert ended == (1, "", "There is a client named Pump already. Enter another name.\n")
    assert (AuditEvent.objects.filter(outcome="refused").count(), Role.objects.count()) == (0, 8)


@pytest.mark.one_database  # the shape of texts
@pytest.mark.parametrize("line", COMMANDS)
def test_json_is_what_there_is_after_the_change(run: Run, pump: Client, line: str) -> None:
    ended = run(*words_of(line), "--json")

    assert (ended.status, ended.error) == (0, "")
    rows = [json.loads(text) for text in ended.out.splitlines()]
    if line.split()[1] in {"remove", "withdraw", "disallow"}:
        assert rows == []  # nothing is left
    else:
        assert rows
        assert all({"Id", "client_id", "ApiId", "Kid"} & row.keys() for row in rows)
    assert SECRET.search(ended.out) is None or "client_secret" in rows[0]
