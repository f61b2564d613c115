"""Each address of the REST API x role x method x tenant. An address without a row fails."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import F
from django.urls import get_resolver

from clients_app.actions import Action
from clients_app.actors import Actor
from clients_app.models import AuditEvent, Authorization, Client
from clients_app.permissions import allows
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
    TENANT_MEMBER,
)
from clients_app.rules.permissions import PERMISSIONS
from tests.actors import actor_for, machine_of
from tests.api.addresses import CALLS, ROWS, Call, Subjects
from tests.api.conftest import Caller
from tests.api.person_tokens import token_for
from tests.api.replies import refused
from tests.api.unprivileged import unprivileged_subjects
from tests.audit.rows import all_rows
from tests.factories import role_ids

#: not offered by the API
ELSEWHERE: Final = {
    Action.RESTORE_CLIENT,
    Action.END_TOKENS,
    Action.EDIT_URLS,  # a part of Action.EDIT_CLIENT there; see test_applications.py
    Action.DISABLE_CLIENT,  # the same; see test_clients_write.py
    Action.EXTEND_SECRET,  # a part of Action.EDIT_SECRET; see test_secrets.py
    Action.EXTEND_CREDENTIAL,  # a part of Action.EDIT_CREDENTIAL; see test_identities.py
    Action.EXPORT_ACTIVITY,  # a parameter; see test_activity.py
    Action.READ_PEOPLE,
    Action.MANAGE_PEOPLE,
    Action.MANAGE_NOTICES,
    Action.SET_CHANNEL,
    Action.RENAME_TENANT,
    Action.READ_POLICIES,
    Action.SET_POLICIES,
    Action.READ_KEYS,
    Action.MANAGE_INSTALLATION,
    *(action for action in Action if action.startswith("own.")),
}
STALE: Final = "The person must have signed in within the last 10 minutes."
OF_OTHERS: Final = "Only a First-party application can do this for a person."


@pytest.fixture
def subjects(db: None) -> Subjects:
    return unprivileged_subjects()


def send(caller: Caller, address: str, method: str, call: Call, on: Subjects) -> Any:
    body = call.body(on) if call.body else None
    return caller.send(method, on.on(address) + call.query, body)


def answers(
    caller: Caller, actor: Actor, on: Subjects, *, but: Callable[[Call], int] = lambda call: 0
) -> Iterator[str]:
    """Yield what is wrong: each call is sent, compared with the permissions, and rolled back.

    ``but`` is the status of a call that is permitted and refused all the same.
    """
    for address, method, call in CALLS:
        client = on.client_at(address)
        allowed = call.action is None or allows(actor, call.action, client=client)
        expected = (but(call) or call.status) if allowed else 403
        before = transaction.savepoint()
        last, rows = AuditEvent.objects.latest("pk").pk, all_rows() if call.changes else []
        reply = send(caller, address, method, call, on)
        if reply.status_code != expected:
            yield f"{method} {address}: {reply.status_code}, not {expected}: {reply.content!r}"
        if reply.cookies:
            yield f"{method} {address}: sets cookies"
        new = AuditEvent.objects.filter(pk__gt=last)
        if call.changes and expected < 300:
            facts = {(e.actor_id, e.actor_name, e.address, e.operation_id) for e in new}
            if facts != {(actor.id, actor.name, "127.0.0.1", reply["Operation-Id"])}:
                yield f"{method} {address}: recorded as {facts}"
        elif new.exclude(outcome="refused").exists():
            yield f"{method} {address}: an event of what was not done"
        transaction.savepoint_rollback(before)
        assert not rows or rows == all_rows()


def test_address_has_a_row() -> None:
    begin = "api/v1/Tenants/<str:tenant_id>"
    routes = {str(one.pattern) for one in _api_patterns(get_resolver().url_patterns)}
    known = {
        route.removeprefix(begin).lstrip("/").replace("<str:", "<")
        for route in routes
        if route.startswith(begin)
    }
    assert known == set(ROWS)
    assert routes - {route for route in routes if route.startswith(begin)} == {
        "api/v1/openapi.json",
        "^api/",
    }


def _api_patterns(patterns: Any) -> Iterator[Any]:
    for one in patterns:
        if hasattr(one, "url_patterns"):
            yield from _api_patterns(one.url_patterns)
        elif "api/" in str(one.pattern)[:5]:
            yield one


def test_action_is_offered_or_listed_here() -> None:
    offered = {call.action for _, _, call in CALLS} - {None}
    assert offered | ELSEWHERE == set(Action)
    assert not offered & ELSEWHERE


@pytest.mark.parametrize(
    "role",  # the others send what one of the two on both databases sends
    [
        pytest.param(TENANT_ADMINISTRATOR, marks=pytest.mark.both_databases),
        pytest.param(TENANT_MEMBER, marks=pytest.mark.both_databases),
        *(TENANT_AUDITOR, SECRET_ROTATOR),
    ],
)
def test_call_of_a_client_follows_the_table(
    calling: Callable[..., Caller], subjects: Subjects, role: Any
) -> None:
    caller = calling("Robot", role, of=subjects.world.tenant)
    assert caller.client is not None
    assert not list(answers(caller, machine_of(caller.client), subjects))


def by_person(on: Subjects, *, first_party: bool, owner: bool) -> tuple[Caller, Actor]:
    person = on.world.person
    if owner:
        person.roles.set(role_ids(on.world.tenant, TENANT_MEMBER))
    Client.objects.filter(pk=on.public.pk).update(skips_consent=first_party)
    return Caller(token_for(person, on.public), on.world.tenant), actor_for(person)


def test_call_of_an_administrator_or_owner_follows_the_table(
    subjects: Subjects, robot: Caller
) -> None:
    for owner in (False, True):
        caller, actor = by_person(subjects, first_party=True, owner=owner)
        assert not list(answers(caller, actor, subjects))


@pytest.mark.parametrize(("first_party", "status"), [(True, 401), (False, 403)])
def test_call_of_a_person_without_a_fresh_proof_follows_the_table(
    subjects: Subjects, robot: Caller, first_party: bool, status: int
) -> None:
    caller, actor = by_person(subjects, first_party=first_party, owner=False)
    Authorization.objects.update(auth_time=F("auth_time") - timedelta(minutes=11))

    def without_proof(call: Call) -> int:
        return status if call.action and PERMISSIONS[call.action].proof else 0

    assert not list(answers(caller, actor, subjects, but=without_proof))


def told(reply: Any) -> Any:
    """Return a reply without what differs each time."""
    body = json.loads(reply.content or b"{}")
    return reply.status_code, {**body, "OperationId": ""}


@pytest.mark.both_databases
def test_ids_of_another_tenant_are_as_ids_that_never_were(
    robot: Caller, subjects: Subjects
) -> None:
    rows, token = all_rows(), robot.token
    unknown = {str(one.pk): str(uuid4()) for one in (subjects.hybrid, subjects.public)}
    unknown |= {
        str(row.pk): str(uuid4())
        for row in (subjects.world.client, subjects.world.role, subjects.world.api)
    }
    for address, method, call in CALLS:
        body = call.body(subjects) if call.body else None
        there = f"/api/v1/Tenants/{subjects.world.tenant.pk}/{subjects.on(address)}{call.query}"
        refused(robot.send(method, there, body), 404, "There is no such tenant.")
        if "<" in address:
            foreign = subjects.on(address) + call.query
            nobody = foreign
            for known, other in unknown.items():
                nobody = nobody.replace(known, other)
            reply = robot.send(method, foreign, body)
            assert reply.status_code == 404, (method, address, reply.content)
            assert told(reply) == told(robot.send(method, nobody, body)), (method, address)
    assert (all_rows(), robot.token) == (rows, token)


def test_post_with_a_key_acts_once(calling: Callable[..., Caller], subjects: Subjects) -> None:
    robot = calling("Robot", TENANT_ADMINISTRATOR, of=subjects.world.tenant)
    for address, row in ROWS.items():
        if "POST" in row and row["POST"].changes:
            make, path = row["POST"].body, subjects.on(address)
            assert make is not None
            body = make(subjects)
            assert robot.post(path, body, Idempotency_Key=address).status_code == 201, address
            rows = all_rows()
            again = robot.post(path, body, Idempotency_Key=address)
            assert again.status_code == 409, address
            assert b"Secret" not in again.content
            other = robot.post(path, {**body, "Description": "x"}, Idempotency_Key=address)
            assert other.status_code == 422, address
            assert all_rows() == rows
