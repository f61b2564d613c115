"""The secrets of clients by the REST API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clients_app.models import ClientSecret
from tests.api.conftest import Caller, token_of
from tests.api.replies import refused
from tests.factories import insert_secrets, make_client

GONE = "There is no such secret. It may have been removed."


@pytest.fixture
def pump(robot: Caller, now: datetime) -> Any:
    """A client with one secret, and the address of its secrets."""
    made = make_client("Pump", robot.tenant, expires_at=None, secret_description="first")
    return made, f"ClientCredentialClients/{made.client.pk}/Secrets"


def test_secrets_are_listed_without_values(pump: Any, rotator: Caller, auditor: Caller) -> None:
    made, secrets = pump
    insert_secrets(made.client, 2)

    for caller in (rotator, auditor):
        reply = caller.get(f"{secrets}?skip=2")
        assert reply["Total-Count"] == "3"
        [secret] = reply.json()
        assert secret == {
            "Id": made.secret.pk,
            "Description": "first",
            "Expiration": None,
            "Expires": False,
            "Created": secret["Created"],
            "LastUsed": None,
        }
        assert caller.get(f"{secrets}/{made.secret.pk}/").json() == secret
        assert caller.send("HEAD", f"{secrets}/{made.secret.pk}").status_code == 200
        assert caller.get(f"{secrets}?query=FIRST&skip=0&count=100").json() == [secret]
        assert caller.get(f"{secrets}?query=").json()[2] == secret  # as programs for CDS send it


def test_member_sees_no_secrets(pump: Any, member: Caller) -> None:
    made, secrets = pump
    sentence = "You need a role that can see secrets, or to be an Owner of the client."
    refused(member.get(secrets), 403, sentence)
    refused(member.get(f"{secrets}/{made.secret.pk}"), 403, sentence)


def test_added_secret_is_shown_once(pump: Any, rotator: Caller, now: datetime) -> None:
    made, secrets = pump
    ends = (now + timedelta(days=9)).replace(microsecond=123456)

    reply = rotator.post(secrets, {"Description": "second", "Expiration": ends.isoformat()})

    body = reply.json()
    assert reply.status_code == 201
    assert list(body) == ["Secret", "Id", "Description", "Expiration", "Expires", "Created"]
    assert (body["Description"], body["Expires"]) == ("second", True)
    assert datetime.fromisoformat(body["Expiration"]) == ends
    assert token_of(made.client.pk, body["Secret"])
    assert body["Secret"] not in rotator.get(secrets).content.decode()
    never = rotator.post(secrets, {"Expires": False}).json()
    assert (never["Expires"], never["Expiration"]) == (False, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"Expires": True}, "Expiration: Send an Expiration with Expires true."),
        (
            {"Expires": False, "Expiration": "2030-01-01T00:00:00Z"},
            "Expiration: Send no Expiration with Expires false.",
        ),
        ({"Id": 7}, "Id: This property cannot be set."),
        ({"Secret": "mine"}, "Secret: There is no such property."),
        ({"Description": "x" * 201}, None),
        (
            {"Expiration": "2020-01-01T00:00:00Z"},
            "Expiration: Enter a date and time in the future, or select Never Expires.",
        ),
    ],
)
def test_bad_secret_is_refused(pump: Any, robot: Caller, body: Any, reason: str | None) -> None:
    _made, secrets = pump
    too_long = "Description: Enter at most 200 characters. This text has 201: 1 too many."
    refused(robot.post(secrets, body), 400, reason or too_long)
    assert ClientSecret.objects.count() == 2


def test_eleventh_secret_is_refused(pump: Any, robot: Caller) -> None:
    made, secrets = pump
    insert_secrets(made.client, 9)
    refused(
        robot.post(secrets, {}),
        400,
        "This client has 10 secrets, the most it can have. "
        "Remove one that is no longer used, then add a new one.",
    )


def test_put_of_a_secret_follows_the_rules_of_expires(
    pump: Any, robot: Caller, now: datetime
) -> None:
    made, secrets = pump
    address = f"{secrets}/{made.secret.pk}"
    ends = (now + timedelta(days=9)).astimezone(UTC).isoformat().replace("+00:00", "Z")

    assert robot.put(address, {"Description": "new"}).json()["Expires"] is False
    assert robot.put(address, {"Expiration": ends}).json()["Expiration"] == ends
    body = robot.put(address, {"Expires": True, "Expiration": ends}).json()
    assert (body["Expiration"], body["Description"]) == (ends, "new")
    for sent in ({"Expires": True}, {"Expires": True, "Expiration": None}):
        sentence = "Expiration: Send an Expiration with Expires true."
        refused(robot.put(address, sent), 400, sentence)
    assert robot.put(address, body).json() == body
    assert robot.put(address, {"Expires": False}).json()["Expiration"] is None
    refused(robot.put(address, {"Id": 1}), 400, "Id: This property cannot be set.")
    etag = robot.get(address)["ETag"]
    assert robot.put(address, {"Description": "x"}, If_Match=etag).status_code == 200
    assert robot.put(address, {"Description": "y"}, If_Match=etag).status_code == 412


def test_rotator_adds_and_removes_but_does_not_edit(pump: Any, rotator: Caller) -> None:
    made, secrets = pump
    address = f"{secrets}/{made.secret.pk}"

    refused(
        rotator.put(address, {"Description": "x"}),
        403,
        "Only Tenant Administrators and Owners can edit a secret.",
    )
    assert (rotator.delete(address).status_code, rotator.get(address).status_code) == (204, 404)
    refused(rotator.delete(address), 404, GONE)


def test_rotator_cannot_take_over_a_privileged_client(rotator: Caller, robot: Caller) -> None:
    secrets = f"ClientCredentialClients/{robot.client.pk}/Secrets"
    sentence = (
        "Only Tenant Administrators can change a client that has Tenant Administrator, "
        "Tenant Auditor or Secret Rotator, or may introspect tokens."
    )
    refused(rotator.post(secrets, {}), 403, sentence)
    refused(rotator.delete(f"{secrets}/{robot.client.secrets.get().pk}"), 403, sentence)


@pytest.mark.parametrize("secret_id", ["0", "99999999999999999999", "x", "-1", "%D9%A1", "1e3"])
def test_secret_that_is_not_there_is_not_found(pump: Any, robot: Caller, secret_id: str) -> None:
    _made, secrets = pump
    for method in ("GET", "DELETE"):
        refused(robot.send(method, f"{secrets}/{secret_id}"), 404, GONE)
    refused(robot.put(f"{secrets}/{secret_id}", {}), 404, GONE)
