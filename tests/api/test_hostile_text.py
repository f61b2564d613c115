"""Hostile text that comes in by the REST API, and what all doors show of it (WEB-6)."""

import csv
import json

import pytest
from django.test import Client as Browser

from tests.api.conftest import Caller
from tests.hostile_text import breaks_of, hostile, shown_in

pytestmark = pytest.mark.one_database

CLIENTS = "ClientCredentialClients"


def test_hostile_text_is_kept_as_it_is_and_shown_as_text(
    robot: Caller, administrator_browser: Browser
) -> None:
    texts = {name: hostile(name) for name in ("Name", "Description", "Contact")}
    body = {**texts, "Tags": [hostile("tag")], "SecretDescription": hostile("secret")}
    made = robot.post(CLIENTS, body).json()
    role = robot.post("Roles", {name: hostile(f"role{name}") for name in ("Name", "Description")})
    scopes = [{"Name": "read", "Description": hostile("scope")}]
    api = {"Name": hostile("api"), "Description": hostile("apid"), "Identifier": "urn:pumps:api"}
    added = robot.post("Apis", {**api, "Scopes": scopes})
    client = f"{CLIENTS}/{made['Client']['Id']}"
    robot.put(f"{client}/Roles", [{"Id": role.json()["Id"]}])
    robot.post(f"{client}/Secrets", {"Description": hostile("second")})

    assert made["Description"] == hostile("secret")
    assert {name: robot.get(client).json()[name] for name in texts} == texts
    assert robot.get(client).json()["Tags"] == [hostile("tag")]
    assert robot.get("Roles?query=pwned").json() == [role.json()]
    assert robot.get("Apis?query=pwned").json() == [added.json()]
    page = administrator_browser.get(f"/security/clients/{made['Client']['Id']}").content.decode()
    activity = administrator_browser.get("/security/activity").content.decode()
    for html, names in ((page, ("Name", "Description", "Contact", "tag")), (activity, ("Name",))):
        assert breaks_of(html) == []
        assert [name for name in names if hostile(name) not in shown_in(html)] == []


def test_export_of_hostile_text_is_no_formula(robot: Caller) -> None:
    robot.post(CLIENTS, {"Name": hostile("Name")})
    lines = b"".join(robot.get("Activity?format=csv").streaming_content).decode().splitlines()
    rows = list(csv.reader(lines))
    assert len(rows) > 2
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]
    assert any(hostile("Name") in cell for row in rows for cell in row)


def test_errors_repeat_what_was_sent_as_json(robot: Caller) -> None:
    name = hostile("prop")
    for reply in (
        robot.post(CLIENTS, {name: 1}),
        robot.get(f"{CLIENTS}?%3Cb%3E=1"),
        robot.send("POST", CLIENTS, b"{}", content_type="text/html<script>"),
        robot.send("<b>", CLIENTS),
        robot.get("/api/v1/%3Cscript%3E"),
    ):
        assert reply["Content-Type"] == "application/json"
        assert reply["X-Content-Type-Options"] == "nosniff"
        assert reply.status_code in {400, 404, 405, 415}
        assert json.loads(reply.content)["OperationId"] == reply["Operation-Id"]
    assert robot.post(CLIENTS, {name: 1}).json()["Reason"].startswith(name)
