"""A database that does not answer (PostgreSQL) or cannot be written (SQLite), at every door."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import requests
from django.db import connection

from tests.journeys.add_by_http import signed_in
from tests.locked_database import locked
from tests.portal_database import drop_database, new_database
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.relay import Relay
from tests.waiting import wait_until

LIMIT_S = 30  # of each request; without deadlines it never ends
ON_POSTGRESQL = connection.vendor == "postgresql"


class Outage(NamedTuple):
    """A running portal, a signed-in administrator, a client, and a way to cut the database off."""

    portal: PortalProcess
    person: requests.Session
    client: dict[str, str]
    cut: Callable[[], AbstractContextManager[None]]

    def post(self, path: str, form: dict[str, Any], **headers: str) -> requests.Response:
        token = {"csrfmiddlewaretoken": self.person.cookies["csrftoken"]}
        url = f"{self.portal.url}{path}"
        return self.person.post(url, form | token, headers=headers, timeout=LIMIT_S)

    def token(self) -> requests.Response:
        return self.machine("token", grant_type="client_credentials")

    def machine(self, endpoint: str, **form: str) -> requests.Response:
        return requests.post(
            f"{self.portal.url}/identity/connect/{endpoint}",
            form,
            auth=(self.client["client_id"], self.client["client_secret"]),
            timeout=LIMIT_S,
        )

    def get(self, path: str) -> requests.Response:
        return self.person.get(f"{self.portal.url}{path}", timeout=LIMIT_S)


@contextmanager
def silenced(relay: Relay) -> Iterator[None]:
    """Let PostgreSQL be silent."""
    relay.silence()
    try:
        yield
    finally:
        relay.speak()


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outage]:
    like, folder = prepared_portal(), tmp_path_factory.mktemp("outage")
    url = new_database(like.database_url)
    with Relay(url) if url else nullcontext() as relay:
        portal = PortalProcess(
            folder / "var", like=like, database_url=relay.database_url if relay else ""
        )
        portal.start()
        try:
            person = signed_in(portal)
            client = json.loads(portal.manage("clients", "add", "pump", "--json").stdout)
            yield Outage(
                portal, person, client, lambda: silenced(relay) if relay else locked(portal)
            )
        finally:
            portal.stop()
    if url:
        drop_database(url)


@pytest.mark.sweep(on="sqlite")
def test_cut_off_database_gives_503_in_the_shape_of_the_rest_api(outage: Outage) -> None:
    """API-3. A locked SQLite can still be read."""
    send, pump = calls_of_an_administrator(outage), outage.client["client_id"]
    calls: list[tuple[str, str, dict[str, str] | None]] = [
        ("POST", "/Roles", {"Name": "Pipe reader"}),
        ("POST", "/ClientCredentialClients", {"Name": "valve"}),
        ("PUT", f"/ClientCredentialClients/{pump}", {"Name": "valve"}),
        ("DELETE", f"/ClientCredentialClients/{pump}", None),
    ]
    if ON_POSTGRESQL:
        calls += [("GET", "/Roles", None), ("GET", "/Activity?format=csv", None)]
    events = "SELECT count(*) FROM clients_app_auditevent"
    before = outage.portal.query(events)
    with outage.cut(), ThreadPoolExecutor(len(calls)) as pool:
        for call, reply in zip(calls, pool.map(lambda call: send(*call), calls), strict=True):
            assert reply.status_code == 503, (call, reply.text)
            assert reply.headers["Content-Type"] == "application/json"
            assert reply.headers["Retry-After"] == "5"
            told = reply.json()
            assert list(told) == ["OperationId", "Error", "Reason", "Resolution"]
            assert told["OperationId"] == reply.headers["Operation-Id"]
            assert ("does not answer" if ON_POSTGRESQL else "locked") in told["Reason"]
        assert send("GET", "/Roles").status_code == (503 if ON_POSTGRESQL else 200)
    wait_until(lambda: send("GET", "").status_code == 200)
    assert outage.portal.query(events) == before


def calls_of_an_administrator(outage: Outage) -> Callable[..., requests.Response]:
    """Return a function that sends a request of a new client to the REST API."""
    role = ("--role", "Tenant Administrator", "--confirm-administrator", "robot")
    robot = json.loads(outage.portal.manage("clients", "add", "robot", *role, "--json").stdout)
    headers = {
        "Authorization": f"Bearer {outage._replace(client=robot).token().json()['access_token']}"
    }
    [(tenant,)] = outage.portal.query("SELECT id FROM clients_app_tenant")
    base = f"{outage.portal.url}/api/v1/Tenants/{UUID(str(tenant))}"
    return lambda method, rest, body=None: requests.request(
        method, base + rest, json=body, headers=headers, timeout=LIMIT_S
    )


@pytest.mark.sweep(on="sqlite")
def test_cut_off_database_gives_503_at_every_door(outage: Outage) -> None:
    """AVA-13, AVA-10. Tokens need no write, so a locked SQLite does not stop them."""
    assert outage.token().status_code == 200
    with outage.cut():
        reply = outage.token()
        assert reply.status_code == (503 if ON_POSTGRESQL else 200)
        if ON_POSTGRESQL:
            assert reply.json()["error"] == "temporarily_unavailable"
            assert reply.headers["Retry-After"] == "5"
            assert outage.machine("introspect", token="x").status_code == 503
            assert outage.get("/security/clients").status_code == 503
        assert outage.machine("revocation", token="x").status_code == (
            503 if ON_POSTGRESQL else 200
        )
        assert outage.get("/livez").status_code == 200
        assert outage.get("/readyz").text == ("not ready\n" if ON_POSTGRESQL else "tokens only\n")
        assert outage.get("/readyz/tokens").status_code == (503 if ON_POSTGRESQL else 200)
        assert outage.get("/admin/").status_code in {200, 503}
        told = outage.portal.manage("roles", "add", "Reader")
        assert (told.returncode, told.stdout) == (1, "")
        assert "Traceback" not in told.stderr
        assert ("does not answer" if ON_POSTGRESQL else "locked") in told.stderr
    wait_until(lambda: outage.token().status_code == 200)
    wait_until(lambda: outage.get("/security/clients").status_code == 200)
    assert outage.get("/readyz").status_code == 200


@pytest.mark.sweep(on="sqlite")
@pytest.mark.parametrize("path", ["/security/roles/add", "/admin/clients_app/role/add/"])
def test_form_sent_while_the_database_is_cut_off_is_kept(outage: Outage, path: str) -> None:
    [(tenant,)] = outage.portal.query("SELECT id FROM clients_app_tenant")
    form = {"name": "Reservoir reader", "tenant": str(tenant)}
    with outage.cut():
        reply = outage.post(path, form)
        fragment = outage.post(path, form, **{"HX-Request": "true", "HX-Target": "window"})
    sentence = "The database does not answer." if ON_POSTGRESQL else "The database is locked"

    assert reply.status_code == fragment.status_code == 503
    assert sentence in reply.text
    assert fragment.text.startswith(sentence)
    assert fragment.headers["Content-Type"].startswith("text/plain")
    kept = dict(re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', reply.text))
    wait_until(lambda: outage.get("/security/clients").status_code == 200)
    again = outage.person.post(f"{outage.portal.url}{path}", kept, timeout=LIMIT_S)
    assert again.status_code == 200
    assert 'value="Reservoir reader"' in again.text
    assert outage.portal.query("SELECT count(*) FROM clients_app_role WHERE name LIKE 'Res%'") == [
        (0,)
    ]
