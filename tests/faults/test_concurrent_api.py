"""Concurrent processes at the REST API: one is answered that it did it, the others why not."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
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
def robot(committed_tenant: Tenant, settings: Any) -> Caller:
    """A client that carries Tenant Administrator."""
    settings.WORKERS = 32  # each of the processes takes a share of its requests
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


def test_of_three_changes_of_one_state_one_is_made(robot: Caller) -> None:
    client = insert_clients(["Pump"], robot.tenant)[0]
    [secret] = insert_secrets(client, 1)
    role, api = make_role("Valve", robot.tenant), make_api("Orders", robot.tenant, "read")
    others = [make_role(f"Pump {n}", robot.tenant) for n in range(3)]
    may_call = ((api.pk,), (), (api.pk, robot.tenant.pk))
    for path, bodies in (
        (f"{CLIENTS}/{client.pk}", ABOUT),
        (f"{CLIENTS}/{client.pk}/Secrets/{secret.pk}", ABOUT),
        (f"Roles/{role.pk}", ABOUT),
        (f"Apis/{api.pk}", ABOUT),
        (f"{CLIENTS}/{client.pk}/Roles", [[{"Id": str(other.pk)}] for other in others]),
        (f"{CLIENTS}/{client.pk}/Apis", [[{"ApiId": str(one)} for one in ids] for ids in may_call]),
    ):
        answers = changed_at_once(robot, path, bodies)
        assert answers == {200: 1, 412: 2}, path


ABOUT: Final = [{"Description": f"by {n}"} for n in range(3)]


def changed_at_once(robot: Caller, path: str, bodies: list[Any]) -> Counter[Any]:
    """Return the statuses of PUTs with these bodies and the ETag of what is there before them."""
    etag = robot.get(path)["ETag"]
    return statuses(3, lambda n: robot.put(path, bodies[n], If_Match=etag))


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


def test_of_6_requests_with_one_key_one_acts(robot: Caller) -> None:
    client = insert_clients(["Pump"], robot.tenant)[0]
    [secret] = insert_secrets(client, 1, expires_at=timezone.now() + timedelta(days=9))
    secrets = f"{CLIENTS}/{client.pk}/Secrets"
    for path, body in (
        (CLIENTS, {"Name": "Valve"}),
        (secrets, {}),
        (f"{secrets}/{secret.pk}/Rotate", {}),
        ("Roles", {"Name": "Valve"}),
        ("Apis", {"Name": "Valve", "Identifier": "urn:pumps:valve"}),
    ):
        assert sent_at_once(robot, path, body) == {201: 1, 409: 5}, path
    assert UsedFormKey.objects.count() == 5


def sent_at_once(robot: Caller, path: str, body: Any) -> Counter[Any]:
    return statuses(6, lambda _: robot.post(path, body, Idempotency_Key=path))


@pytest.mark.parametrize("rest", [CLIENTS, "Roles"])
def test_of_6_different_requests_with_one_key_one_acts(robot: Caller, rest: str) -> None:
    answers = statuses(10, lambda n: robot.post(rest, {"Name": f"Valve {n}"}, Idempotency_Key="k"))
    assert answers.pop(201) == 1
    assert set(answers) <= {409, 422}
    assert UsedFormKey.objects.count() == 1
    table = Client if rest == CLIENTS else Role
    assert table.objects.filter(name__startswith="Valve").count() == 1
