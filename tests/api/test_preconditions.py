"""If-Match, and bodies that repeat what GET returns."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from clients_app.models import AuditEvent, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.api.addresses import CALLS, ONE, M, Subjects
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import insert_secrets, make_client, role_id

MATCHES: Final[list[tuple[Callable[[str], str], int]]] = [
    (lambda etag: etag, 200),
    (lambda etag: f"W/{etag}", 412),  # RFC 9110 section 13.1.1: strong comparison
    (lambda etag: f'"a" , {etag}', 200),
    (lambda etag: "*", 200),
    (lambda etag: "", 412),
    (lambda etag: " ", 412),
    (lambda etag: etag.strip('"'), 412),
    (lambda etag: etag.upper(), 412),
    (lambda etag: '"*"', 412),
    (lambda etag: ",", 412),
    (lambda etag: "nonsense", 412),
]


def test_if_match_is_compared_as_rfc_9110_says(robot: Caller, subjects: Subjects) -> None:
    for address, method, call in CALLS:
        path = subjects.on(address)
        if method == "PUT" and call.body:
            for number, (spell, status) in enumerate(MATCHES[: None if address == M + ONE else 2]):
                etag = robot.get(path)["ETag"]
                body = call.body(subjects)
                if isinstance(body, dict):
                    body |= {"Description": f"other {number}"}
                reply = robot.put(path, body, If_Match=spell(etag))
                assert reply.status_code == status, (address, spell(etag))
                changed = robot.get(path)["ETag"] != etag
                assert changed == (status == 200 and (isinstance(body, dict) or number == 0)), path


def test_delete_of_what_has_changed_is_refused(robot: Caller, subjects: Subjects) -> None:
    deletes = [(address, call) for address, method, call in CALLS if method == "DELETE"]
    for address, call in reversed(deletes):  # secrets before their clients
        path = subjects.on(address)
        old = robot.get(path)["ETag"]
        assert robot.put(path, {"Description": "changed"}).status_code == 200
        sentence = "It was changed since you read it. Nothing was saved."
        refused(robot.delete(path + call.query, If_Match=old), 412, sentence)
        etag = robot.get(path)["ETag"]
        assert robot.delete(path + call.query, If_Match=etag).status_code == 204, path
        assert robot.delete(path + call.query, If_Match=etag).status_code == 404, path


def test_numbers_and_moments_may_be_spelled_otherwise(
    robot: Caller, subjects: Subjects, now: datetime
) -> None:
    client = subjects.on(M + ONE)
    assert robot.put(client, b'{"AccessTokenLifetime": 6e2}').json()["AccessTokenLifetime"] == 600
    secret = robot.post(f"{client}/Secrets", {"Expiration": None}).json()
    again = {**secret, "Created": secret["Created"].replace("Z", "0+00:00")}  # as .NET writes
    del again["Secret"]
    reply = robot.put(f"{client}/Secrets/{secret['Id']}", again)
    assert reply.status_code == 200, reply.content
    later = {**again, "Created": now.isoformat()}
    refused(
        robot.put(f"{client}/Secrets/{secret['Id']}", later),
        400,
        "Created: This property cannot be set.",
    )
    assert json.loads(robot.get(client).content)["Name"] == "Pump"


def test_put_accepts_what_get_returns_everywhere(robot: Caller, subjects: Subjects) -> None:
    """Also where it could not be chosen now: an expired secret, a policy that came later, an
    administrator; nothing changes, so nothing is recorded."""
    client, now = subjects.world.client, datetime.now(UTC)
    [expired] = insert_secrets(client, 1, expires_at=now - timedelta(days=1))
    strong = make_client("Strong", robot.tenant, TENANT_ADMINISTRATOR, now=now).client
    Tenant.objects.filter(pk=robot.tenant.pk).update(
        secret_days_max=1, never_expires_allowed=False, owner_required=True
    )
    events = AuditEvent.objects.count()
    for path in (
        *(subjects.on(address) for address, method, _ in CALLS if method == "PUT"),
        f"{subjects.on(M + ONE)}/Secrets/{expired.pk}",
        f"{M}/{strong.pk}",
        f"{M}/{strong.pk}/Roles",
        f"Roles/{role_id(robot.tenant, TENANT_ADMINISTRATOR)}",
        f"Apis/{robot.tenant.pk}",
    ):
        got = robot.get(path)
        reply = robot.put(path, got.json())
        assert (reply.status_code, reply.json()) == (200, got.json()), path
    assert AuditEvent.objects.count() == events
