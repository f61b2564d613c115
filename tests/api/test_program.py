"""A program in the style of those for CDS, with plain requests, against a running portal."""

import base64
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from clients_app.rules.built_in_roles import TENANT_MEMBER
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database


def token_of(portal: PortalProcess, client_id: str, secret: str) -> dict[str, str]:
    """Return the header with a new access token."""
    form = {"client_id": client_id, "client_secret": secret, "grant_type": "client_credentials"}
    reply = requests.post(f"{portal.url}/identity/connect/token", form, timeout=30)
    assert reply.status_code == 200, reply.text
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


@pytest.fixture
def session(live_portal: PortalProcess) -> Iterator[requests.Session]:
    """A session of a client that is a Tenant Administrator."""
    name = f"Provisioning {uuid.uuid4()}"
    role = ("--role", "Tenant Administrator", "--confirm-administrator", name)
    ran = live_portal.run("clients", "add", name, *role, "--json")
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    made = json.loads(ran.stdout)
    with requests.Session() as session:
        session.headers.update(token_of(live_portal, made["client_id"], made["client_secret"]))
        yield session


@pytest.fixture
def base(session: requests.Session, live_portal: PortalProcess) -> str:
    """The address of the tenant."""
    part = str(session.headers["Authorization"]).split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return f"{live_portal.url}/api/v1/Tenants/{claims['tid']}"


def test_program_for_cds_provisions_a_client(
    session: requests.Session, base: str, live_portal: PortalProcess
) -> None:
    roles = session.get(f"{base}/Roles", params={"count": 1000}).json()
    member = next(role for role in roles if role["RoleTypeId"] == str(TENANT_MEMBER))
    name = f"Edge device {uuid.uuid4()}"
    body = {
        "Id": None,
        "Name": name,
        "Enabled": True,
        "AccessTokenLifetime": 3600,
        "Tags": None,
        "RoleIds": [member["Id"]],
        "SecretDescription": "first",
        "SecretExpirationDate": "2032-01-01T00:00:00.0000000+00:00",
    }
    created = session.post(f"{base}/ClientCredentialClients", json=body)
    assert created.status_code == 201, created.text
    client_id = created.json()["Client"]["Id"]
    assert token_of(live_portal, client_id, created.json()["Secret"])

    client = f"{base}/clientcredentialclients/{client_id.upper()}"
    second = {"Description": "second", "Expires": False, "Expiration": None}
    added = session.post(f"{client}/Secrets/", json=second)
    assert added.status_code == 201, added.text
    own = token_of(live_portal, client_id, added.json()["Secret"])
    assert requests.get(client, headers=own, timeout=30).json()["Name"] == name

    query: dict[str, Any] = {"id": [client_id], "skip": 0}
    listed = session.get(f"{base}/ClientCredentialClients", params=query)
    assert listed.headers["Total-Count"] == "1"
    changed = session.put(client, json=listed.json()[0] | {"Name": f"{name} 2"})
    assert changed.json()["Name"] == f"{name} 2"

    assert session.delete(client).status_code == 204
    refused = requests.get(base, headers=own, timeout=30)
    assert (refused.status_code, refused.json()["Error"]) == (401, "Unauthorized")


def test_program_meets_the_edges_of_the_server(session: requests.Session, base: str) -> None:
    exists = session.head(base)
    assert (exists.status_code, exists.content) == (204, b"")
    methods = session.options(f"{base}/Roles")
    assert (methods.status_code, methods.content) == (204, b"")
    assert session.head(f"{base}/Roles").headers["Total-Count"] >= "7"
    for body in (b" " * 200_000, iter([b" " * 100_000, b" " * 100_000])):
        headers = {"Content-Type": "application/json"}
        large = session.post(f"{base}/Roles", data=body, headers=headers)
        assert large.status_code == 413, large.text
        assert large.headers["Content-Type"] == "application/json"
    gone = session.get(f"{base}/Nothing")
    assert (gone.status_code, gone.headers["Content-Type"]) == (404, "application/json")
    assert gone.headers["Operation-Id"] == gone.json()["OperationId"]
    for method in ("TRACE", "PATCH", "FOO", "PROPFIND"):
        other = session.request(method, f"{base}/Roles")
        assert (other.status_code, other.headers["Content-Type"]) == (405, "application/json")
        assert set(other.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
        assert other.json()["OperationId"] == other.headers["Operation-Id"]
    latin = session.post(
        f"{base}/Roles", json={"Name": "x"}, headers={"Idempotency-Key": "caf\xe9"}
    )
    assert latin.json()["Reason"].startswith("Idempotency-Key: ")
    whole = session.get(f"{base}/Activity?format=jsonl", stream=True)
    lines = [json.loads(line) for line in whole.iter_lines()]
    assert whole.headers["Content-Type"] == "application/jsonl"
    assert len(lines) > 1
