"""What a client may read and do with its own token, by the REST API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
    TENANT_VIEWER,
)
from tests.api.conftest import Caller, token_of
from tests.api.replies import refused
from tests.factories import make_client, make_role

GONE = "There is no such client."

#: whether a client with the role, which may make it privileged, changes its own credentials
for_each_role = pytest.mark.parametrize(
    ("role", "status"),
    [
        (TENANT_ADMINISTRATOR, 201),
        (TENANT_AUDITOR, 403),
        (SECRET_ROTATOR, 403),
        (TENANT_VIEWER, 201),
    ],
)


def own(caller: Caller, rest: str = "") -> str:
    assert caller.client is not None
    return f"ClientCredentialClients/{caller.client.pk}{rest}"


@pytest.fixture
def pump(calling: Callable[..., Caller]) -> Caller:
    """A client that may rotate its own secrets, with one that lives 100 days."""
    return calling("Pump", may_rotate_own_secrets=True)


def test_client_without_the_switch_has_no_way_to_its_secrets(member: Caller) -> None:
    secret = ClientSecret.objects.get()
    for reply in (
        member.get(own(member, "/Secrets")),
        member.get(own(member, f"/Secrets/{secret.pk}")),
        member.post(own(member, "/Secrets"), {"Expiration": "2027-01-01T00:00:00Z"}),
        member.delete(own(member, f"/Secrets/{secret.pk}")),
    ):
        assert reply.status_code == 403
    assert ClientSecret.objects.filter(removed_at=None).count() == 1


def test_client_with_the_switch_replaces_its_secret(pump: Caller, now: datetime) -> None:
    old = ClientSecret.objects.get()
    ends = (now + timedelta(days=99)).isoformat()

    added = pump.post(own(pump, "/Secrets"), {"Description": "next", "Expiration": ends})

    assert added.status_code == 201, added.content
    again = Caller(token_of(pump.client.pk, added.json()["Secret"]), pump.tenant, pump.client)
    assert again.get(own(pump, "/Secrets"))["Total-Count"] == "2"
    assert again.delete(own(pump, f"/Secrets/{old.pk}")).status_code == 204
    assert pump.get().status_code == 401  # its token came from the removed secret
    event = AuditEvent.objects.get(action="client.secret.removed")
    assert (event.actor_kind, event.actor_name) == ("client", "Pump")


def test_client_gives_itself_no_longer_life(pump: Caller, now: datetime) -> None:
    for body in (
        {},
        {"Expires": False},
        {"Expiration": (now + timedelta(days=101)).isoformat()},
    ):
        reply = pump.post(own(pump, "/Secrets"), body)
        assert reply.status_code == 400
        assert reply.json()["Reason"].startswith(
            "Expiration: Enter an earlier date. A client gives itself no longer life than the "
            "secret or key has that it used: "
        )
    assert ClientSecret.objects.count() == 1


def test_client_whose_secret_never_expires_may_add_such_a_secret(
    pump: Caller, now: datetime
) -> None:
    ClientSecret.objects.update(expires_at=None)
    assert pump.post(own(pump, "/Secrets"), {}).json()["Expires"] is False


def test_client_with_the_switch_edits_neither_secrets_nor_itself(pump: Caller) -> None:
    secret = ClientSecret.objects.get()
    for reply in (
        pump.put(own(pump, f"/Secrets/{secret.pk}"), {"Description": "x"}),
        pump.put(own(pump), {"MayRotateOwnSecrets": False}),
        pump.put(own(pump, "/Roles"), []),
        pump.delete(own(pump)),
    ):
        assert reply.status_code == 403


def test_administrator_that_changes_itself_is_told_why_it_may_not(robot: Caller) -> None:
    """ROL-6."""
    for reply in (
        robot.put(own(robot), {"Description": "x"}),
        robot.put(own(robot, "/Roles"), []),
        robot.put(own(robot, "/Apis"), []),
        robot.post(own(robot, "/Secrets"), {}),
        robot.delete(own(robot)),
    ):
        refused(reply, 403, "A client cannot change itself. Use another one, or the portal.")


def test_client_with_the_switch_has_no_way_to_secrets_of_others(
    pump: Caller, tenant: Tenant
) -> None:
    other = make_client("Valve", tenant, may_rotate_own_secrets=True)
    secrets = f"ClientCredentialClients/{other.client.pk}/Secrets"
    for reply in (
        pump.get(secrets),
        pump.post(secrets, {}),
        pump.delete(f"{secrets}/{other.secret.pk}"),
    ):
        assert reply.status_code == 403


@for_each_role
def test_privileged_client_needs_tenant_administrator_for_it(
    calling: Callable[..., Caller], role: Any, status: int, now: datetime
) -> None:
    caller = calling("Strong", role, may_rotate_own_secrets=True)
    body = {"Expiration": (now + timedelta(days=1)).isoformat()}
    assert caller.post(own(caller, "/Secrets"), body).status_code == status


def test_switch_is_set_by_administrators_alone(robot: Caller, rotator: Caller) -> None:
    made = robot.post("ClientCredentialClients", {"Name": "Pump", "MayRotateOwnSecrets": True})
    assert made.json()["Client"]["MayRotateOwnSecrets"] is True
    address = f"ClientCredentialClients/{made.json()['Client']['Id']}"
    assert rotator.put(address, {"MayRotateOwnSecrets": False}).status_code == 403
    assert robot.put(address, {"MayRotateOwnSecrets": False}).status_code == 200
    assert not Client.objects.get(name="Pump").may_rotate_own_secrets


def test_machines_that_see_only_themselves_read_no_others(
    member: Caller, rotator: Caller, tenant: Tenant
) -> None:
    role = make_role("Reader", tenant)
    valve = make_client("Valve", tenant, role_ids=frozenset({role.pk})).client
    Tenant.objects.filter(pk=tenant.pk).update(machines_see_only_themselves=True)

    reply = member.get("ClientCredentialClients")
    assert ([one["Name"] for one in reply.json()], reply["Total-Count"]) == (["Member"], "1")
    assert member.get(f"ClientCredentialClients?id={valve.pk}").json() == []
    assert member.get(f"Roles/{role.pk}/ClientCredentialClients").json() == []
    for rest in ("", "/Roles"):
        refused(member.get(f"ClientCredentialClients/{valve.pk}{rest}"), 404, GONE)
        assert member.get(own(member, rest)).status_code == 200
        assert rotator.get(f"ClientCredentialClients/{valve.pk}{rest}").status_code == 200
    assert rotator.get("ClientCredentialClients")["Total-Count"] == "3"
