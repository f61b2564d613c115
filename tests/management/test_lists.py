"""`list` and `show` of roles, people, tenants, keys and activity: tables, and JSON."""

import csv
import json
from datetime import UTC, datetime
from typing import Any

from clients_app.models import AuditEvent, Person, Role, Tenant, TokenRefusal
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.signing_keys import private_keys
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.factories import make_client, make_person, make_role, make_tenant
from tests.management.conftest import Run
from tests.moments import NOW


def lines_of(run: Run, *words: str) -> list[Any]:
    return [json.loads(line) for line in run(*words, "--json").out.splitlines()]


def test_roles_are_listed_and_shown_with_who_has_them(run: Run, tenant: Tenant) -> None:
    role = make_role("MyData.Role", tenant)
    make_person("mara", tenant).roles.add(role)

    heading, first, *rest = run("roles", "list").out.splitlines()
    assert heading.split() == ["ID", "KIND", "CLIENTS", "PEOPLE", "NAME"]
    assert first.split() == [str(role.pk), "custom", "0", "1", "MyData.Role"]
    assert len(rest) == 7
    listed = lines_of(run, "roles", "list")
    assert listed[0] == {
        "Id": str(role.pk),
        "Name": "MyData.Role",
        "Description": "",
        "RoleScope": 1,
        "TenantId": str(tenant.pk),
        "CommunityId": None,
        "RoleTypeId": str(role.role_type_id),
        "Clients": 0,
        "People": 1,
    }
    for text in ("mydata.ROLE", str(role.pk)):
        assert lines_of(run, "roles", "show", text) == listed[:1]
    assert "Name:         MyData.Role\n" in run("roles", "show", "mydata.role").out


def test_roles_are_edited_and_removed(run: Run, tenant: Tenant) -> None:
    role = make_role("MyData.Role", tenant)
    make_person("mara", tenant).roles.add(role)

    renamed = run("roles", "edit", "mydata.role", "--name", "Other")
    described = lines_of(run, "roles", "edit", "other", "--description", "Reads")
    assert (renamed.out, described[0]["Name"]) == ("Other is changed.\n", "Other")
    assert described[0]["Description"] == "Reads"

    refused = run("roles", "remove", "Other")
    assert refused.error == (
        "0 clients and 1 people have it. To remove it and take it from all of them, enter its "
        "name with --confirm: Other.\n"
    )
    assert run("roles", "remove", "Other", "--confirm", "Other").out == "Other is removed.\n"
    assert not Role.objects.filter(pk=role.pk).exists()
    assert run("roles", "remove", "Tenant Viewer").status == 1
    assert run("roles", "show", "Other").error == ("There is no role with the name or id Other.\n")


def test_role_of_another_tenant_is_not_found(run: Run, tenant: Tenant) -> None:
    theirs = make_role("Theirs", make_tenant("Contoso"))

    for name in ("show", "edit", "remove"):
        ended = run("roles", name, str(theirs.pk), "--tenant", tenant.name)
        assert (ended.status, ended.out) == (1, "")


def test_people_are_listed_and_shown(run: Run, tenant: Tenant) -> None:
    make_person("mara", tenant, TENANT_ADMINISTRATOR, is_staff=True)
    jonas = make_person("jonas", tenant)
    make_person("zofia", make_tenant("Contoso"))
    Person.objects.filter(pk=jonas.pk).update(is_active=False)

    heading, first, second = run("people", "list", "--tenant", tenant.name).out.splitlines()
    assert heading.split() == ["USERNAME", "STATE", "LAST", "SIGN", "IN", "ROLES"]
    assert first.split()[:3] == ["jonas", "inactive", "never"]
    assert second.endswith("Tenant Administrator, Tenant Member")
    listed = lines_of(run, "people", "list", "--tenant", tenant.name)
    assert [one["Username"] for one in listed] == ["jonas", "mara"]
    assert (listed[0]["State"], listed[1]["Staff"]) == ("inactive", True)
    assert lines_of(run, "people", "show", "MARA") == listed[1:]
    shown = run("people", "show", "jonas").out
    assert "State:         inactive\n" in shown
    assert "Owns clients:  0\n" in shown


def test_tenants_are_listed_and_shown(run: Run, tenant: Tenant) -> None:
    listed = lines_of(run, "tenants", "list")

    assert (listed[0]["Id"], listed[0]["CompanyName"]) == (str(tenant.pk), tenant.name)
    assert lines_of(run, "tenants", "show", tenant.name) == listed
    assert f"Id:    {tenant.pk}" in run("tenants", "show", tenant.name).out
    added = lines_of(run, "tenants", "add", "Contoso")
    assert added[0]["CompanyName"] == "Contoso"


def test_keys_are_listed_as_json(run: Run, tenant: Tenant, settings: Any) -> None:
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    key = ensure_active_key(now=NOW)
    private_keys.forget()

    (listed,) = lines_of(run, "keys", "list")

    assert (listed["Kid"], listed["State"], listed["Algorithm"]) == (key.kid, "active", "ES256")
    assert "private" not in json.dumps(listed).casefold()


def test_activity_is_listed_and_exported(run: Run, tenant: Tenant) -> None:
    client = make_client("Pump", tenant).client
    run("clients", "add", "Valve")

    heading, newest, *_ = run("activity", "list", "--count", "2").out.splitlines()
    assert heading.split() == ["TIME", "NUMBER", "BY", "EVENT"]
    assert "command line" in newest
    for text in (str(client.pk), "pump"):
        about = lines_of(run, "activity", "list", "--client", text)
        assert {row["Action"] for row in about} == {"client.added", "client.secret.added"}
    exported = run("activity", "export", "--client", str(client.pk))
    numbers = [json.loads(line)["sequence"] for line in exported.out.splitlines()]
    assert numbers == [row["Number"] for row in about]
    rows = list(csv.DictReader(run("activity", "export", "--format", "csv").out.splitlines()))
    assert {"Added client Pump", "Added client Valve"} <= {row["Event"] for row in rows}
    assert AuditEvent.objects.filter(action="activity.exported").count() == 2
    assert run("activity", "list", "--days", "0").error == "Enter --days DAYS, at least 1.\n"


def test_activity_is_filtered_and_an_event_is_shown(run: Run, tenant: Tenant) -> None:
    client = make_client("Pump", tenant).client
    run("clients", "add", "Valve")
    run("clients", "edit", "Pump", "--contact", "Ann")
    at = datetime.now(UTC)
    refused = {"cause": "no-secret", "requests": 1, "first_at": at, "last_at": at}
    TokenRefusal.objects.create(client=client, day=at.date(), **refused)

    def named(*words: str) -> list[str]:
        return [row["Action"] for row in lines_of(run, "activity", "list", *words)]

    assert named("--action", "client.edited") == ["client.edited"]
    assert named("--action", "client.edited", "--action", "client.added") == [
        "client.edited",
        "client.added",
        "client.added",
    ]
    assert set(named("--filter", "valv")) == {"client.added", "client.secret.added"}
    assert named("--outcome", "refused") == ["token.refused"]
    assert named("--action", "token.refused") == ["token.refused"]
    assert "token.refused" not in named("--outcome", "done")
    assert "token.refused" in named()
    assert run("activity", "list", "--outcome", "maybe").status == 2
    assert run("activity", "list", "--client", "Nothing").error == (
        "There is no client with the name or id Nothing.\n"
    )

    [row] = lines_of(run, "activity", "list", "--action", "client.edited")
    shown = run("activity", "show", str(row["Number"]))
    assert lines_of(run, "activity", "show", str(row["Number"])) == [row]
    assert shown.out.splitlines()[-2:] == ["- Changed client Pump", "    Contact: Ann"]
    assert str(client.pk) == row["ClientId"]
    gone = run("activity", "show", "999")
    assert gone == (1, "", "There is no event 999, or it is in a sealed file.\n")


def test_activity_of_another_tenant_is_not_shown(run: Run, tenant: Tenant) -> None:
    make_tenant("Contoso")
    for _ in range(3):
        run("roles", "add", f"Role {_}", "--tenant", tenant.name)

    number = AuditEvent.objects.filter(tenant=tenant).count()

    assert run("activity", "show", str(number), "--tenant", tenant.name).status == 0
    assert run("activity", "show", str(number), "--tenant", "Contoso").status == 1


def test_key_is_shown_also_when_it_is_removed(run: Run, tenant: Tenant, settings: Any) -> None:
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    key = ensure_active_key(now=NOW)
    run("keys", "revoke", key.kid)
    private_keys.forget()

    (shown,) = lines_of(run, "keys", "show", key.kid)

    assert (shown["Kid"], shown["State"]) == (key.kid, "removed")
    assert f"Kid:       {key.kid}\n" in run("keys", "show", key.kid).out
    assert run("keys", "show", "none").error == "There is no signing key none.\n"


def test_row_is_found_by_its_id_before_another_with_that_name(run: Run, tenant: Tenant) -> None:
    """A person who may name a client, role or tenant cannot make operators act on the wrong one."""
    pump, role = make_client("Pump", tenant).client, make_role("Reader", tenant)
    run("clients", "add", str(pump.pk))
    run("roles", "add", str(role.pk))
    run("tenants", "add", str(tenant.pk))

    [client] = lines_of(run, "clients", "show", str(pump.pk), "--tenant", str(tenant.pk))
    [found] = lines_of(run, "roles", "show", str(role.pk), "--tenant", tenant.name.upper())

    assert (client["Name"], found["Name"]) == ("Pump", "Reader")
    assert lines_of(run, "tenants", "show", str(tenant.pk))[0]["CompanyName"] == tenant.name
    [by_name] = lines_of(run, "clients", "show", "PUMP", "--tenant", tenant.name)
    assert by_name["Id"] == str(pump.pk)
