"""Concurrent processes at the REST API: one is answered that it did it, the others why not."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from clients_app.models import AuditEvent, Client, ClientSecret, Role, Tenant, UsedFormKey
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.api.conftest import Caller, token_of
from tests.factories import insert_clients, insert_secrets, make_api, make_client, make_role
from tests.faults.conftest import run_concurrently

CLIENTS = "ClientCredentialClients"


@pytest.fixture
def robot(committed_tenant: Tenant) -> Caller:
    """A client that carries Tenant Administrator."""
    now = timezone.now()
    ensure_active_key(now=now)
    made = make_client("Robot", committed_tenant, TENANT_ADMINISTRATOR, now=now)
    return Caller(token_of(made.client.pk, made.plain), committed_tenant, made.client)


def statuses(count: int, send: Callable[[int], Any]) -> Counter[Any]:
    """Return how often each status was the answer to ``send(0)`` to ``send(count - 1)``."""
    outcomes = run_concurrently(count, lambda number: send(number).status_code)
    return Counter(outcome.error or outcome.value for outcome in outcomes)


def test_of_20_clients_with_one_id_one_is_added(robot: Caller) -> None:
    client_id = str(uuid4())
    answers = statuses(20, lambda n: robot.post(CLIENTS, {"Id": client_id, "Name": f"Pump {n}"}))
    assert answers == {201: 1, 409: 19}
    assert Client.objects.filter(pk=client_id).count() == 1
    assert ClientSecret.objects.filter(client=client_id).count() == 1
    assert AuditEvent.objects.filter(action="client.added").count() == 2


def test_of_20_secrets_for_the_last_place_one_is_added(robot: Caller) -> None:
    client = insert_clients(["Pump"], robot.tenant)[0]
    insert_secrets(client, 9, expires_at=None)
    answers = statuses(20, lambda n: robot.post(f"{CLIENTS}/{client.pk}/Secrets", {}))
    assert answers == {201: 1, 400: 19}
    assert client.secrets.count() == 10


@pytest.mark.parametrize("kind", ["client", "secret", "role", "api", "client_roles"])
def test_of_two_changes_of_one_state_one_is_made(robot: Caller, kind: str) -> None:
    client = insert_clients(["Pump"], robot.tenant)[0]
    [secret] = insert_secrets(client, 1)
    role, api = make_role("Valve", robot.tenant), make_api("Orders", robot.tenant, "read")
    path = {
        "client": f"{CLIENTS}/{client.pk}",
        "secret": f"{CLIENTS}/{client.pk}/Secrets/{secret.pk}",
        "role": f"Roles/{role.pk}",
        "api": f"Apis/{api.pk}",
        "client_roles": f"{CLIENTS}/{client.pk}/Roles",
    }[kind]
    etag = robot.get(path)["ETag"]
    others = [make_role(f"Pump {n}", robot.tenant) for n in range(4)]

    def body(number: int) -> Any:
        if kind == "client_roles":
            return [{"Id": str(others[number].pk)}]
        return {"Description": f"by {number}"}

    answers = statuses(4, lambda n: robot.put(path, body(n), If_Match=etag))

    assert answers == {200: 1, 412: 3}


def test_of_a_change_and_a_removal_of_one_state_one_is_made(robot: Caller) -> None:
    role = make_role("Valve", robot.tenant)
    path = f"Roles/{role.pk}"
    etag = robot.get(path)["ETag"]

    def send(number: int) -> Any:
        if number % 2:
            return robot.delete(path, If_Match=etag)
        return robot.put(path, {"Description": f"by {number}"}, If_Match=etag)

    answers = statuses(6, send)

    assert answers in ({200: 1, 412: 5}, {204: 1, 404: 5}, {204: 1, 404: 4, 412: 1})
    assert Role.objects.filter(pk=role.pk).exists() == (200 in answers)


def test_of_4_removals_one_is_made(robot: Caller) -> None:
    client = insert_clients(["Pump"], robot.tenant)[0]
    answers = statuses(4, lambda _: robot.delete(f"{CLIENTS}/{client.pk}"))
    assert answers == {204: 1, 404: 3}
    assert AuditEvent.objects.filter(action="client.removed").count() == 1


@pytest.mark.parametrize("rest", ["client", "Secrets", "Rotate", "Roles", "Apis"])
def test_of_10_requests_with_one_key_one_acts(robot: Caller, rest: str) -> None:
    client = insert_clients(["Pump"], robot.tenant)[0]
    [secret] = insert_secrets(client, 1, expires_at=timezone.now() + timedelta(days=9))
    secrets = f"{CLIENTS}/{client.pk}/Secrets"
    path, body = {
        "client": (CLIENTS, {"Name": "Valve"}),
        "Secrets": (secrets, {}),
        "Rotate": (f"{secrets}/{secret.pk}/Rotate", {}),
        "Roles": ("Roles", {"Name": "Valve"}),
        "Apis": ("Apis", {"Name": "Valve", "Identifier": "urn:pumps:valve"}),
    }[rest]
    answers = statuses(10, lambda _: robot.post(path, body, Idempotency_Key="k"))
    assert answers == {201: 1, 409: 9}
    assert UsedFormKey.objects.count() == 1


@pytest.mark.parametrize("rest", [CLIENTS, "Roles"])
def test_of_10_different_requests_with_one_key_one_acts(robot: Caller, rest: str) -> None:
    answers = statuses(10, lambda n: robot.post(rest, {"Name": f"Valve {n}"}, Idempotency_Key="k"))
    assert answers.pop(201) == 1
    assert set(answers) <= {409, 422}
    assert UsedFormKey.objects.count() == 1
    table = Client if rest == CLIENTS else Role
    assert table.objects.filter(name__startswith="Valve").count() == 1
