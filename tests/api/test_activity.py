"""Activity and Usage by the REST API."""

import csv
import json
from datetime import datetime, timedelta

import pytest

from clients_app.models import ApiUsage, AuditEvent
from clients_app.services.activity.export import FORMATS
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import make_client, make_role, make_tenant
from tests.selectors.tenant_world import fill
from tests.server.captured_logs import captured_logs

pytestmark = pytest.mark.both_databases


def test_activity_shows_who_did_what(auditor: Caller, robot: Caller) -> None:
    added = robot.post("Roles", {"Name": "Valve"})

    reply = auditor.get("Activity?action=role.added")

    assert "Next-Cursor" not in reply
    [event] = reply.json()
    assert event == {
        "Number": event["Number"],
        "Time": event["Time"],
        "Action": "role.added",
        "Outcome": "done",
        "Event": "Added role Valve",
        "ClientId": None,
        "ActorKind": "client",
        "ActorId": str(robot.client.pk),
        "ActorName": "Robot",
        "Address": "127.0.0.1",
        "OperationId": added["Operation-Id"],
        "Before": None,
        "After": {"name": "Valve", "description": ""},
    }


def test_activity_is_read_page_by_page(auditor: Caller) -> None:
    for number in range(5):
        make_role(f"Role {number}", auditor.tenant)
    whole = auditor.get("Activity").json()
    pages, cursor = [], ""
    while True:
        reply = auditor.get(f"Activity?count=2{cursor}")
        pages += reply.json()
        if "Next-Cursor" not in reply:
            break
        cursor = f"&cursor={reply['Next-Cursor']}"
    assert pages == whole
    assert len(whole) > 5


def test_activity_is_filtered(auditor: Caller, now: datetime) -> None:
    pump = make_client("Pump", auditor.tenant, now=now).client
    found = auditor.get(f"Activity?client={pump.pk}").json()
    assert {event["ClientId"] for event in found} == {str(pump.pk)}
    assert auditor.get("Activity?query=pump").json() == found
    later = (now + timedelta(minutes=1)).isoformat()
    assert auditor.get(f"Activity?from={later.replace('+', '%2B')}").json() == []
    assert auditor.get("Activity?outcome=refused").json() == []


def test_refused_token_requests_are_filtered_as_events_are(auditor: Caller) -> None:
    fill(auditor.tenant)
    for query, found in (
        ("action=token.refused", ["token.refused"]),
        ("action=role.added", ["role.added"]),
        ("action=token.refused&action=role.added", ["role.added", "token.refused"]),
        ("outcome=refused", ["token.refused"]),
        ("outcome=done&action=token.refused", []),
    ):
        events = auditor.get(f"Activity?{query}").json()
        assert sorted(event["Action"] for event in events) == found, query


def test_refused_call_is_in_activity(auditor: Caller, member: Caller) -> None:
    member.post("Roles", {"Name": "x"})
    [event] = auditor.get("Activity?outcome=refused").json()
    assert (event["Action"], event["ActorName"]) == ("role.add", "Member")


@pytest.mark.parametrize("path", ["Activity", "Usage"])
def test_activity_and_usage_are_for_administrators_and_auditors(
    path: str, robot: Caller, auditor: Caller, rotator: Caller, member: Caller
) -> None:
    for caller, status in ((robot, 200), (auditor, 200), (rotator, 403), (member, 403)):
        assert caller.get(path).status_code == status


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("Activity?count=0", "count: Send a whole number from 1 to 1000."),
        ("Activity?cursor=x", "cursor: Send the Next-Cursor of an answer."),
        ("Activity?cursor=W10=", "cursor: Send the Next-Cursor of an answer."),
        ("Activity?outcome=x", "outcome: Send one of done, refused."),
        ("Activity?client=x", "client: Send a GUID."),
        ("Activity?from=x", "from: Send a date and time such as 2027-11-23T10:15:00Z."),
        ("Activity?skip=1", "skip: There is no such parameter."),
        ("Activity?format=xml", "format: Send one of csv, jsonl."),
        ("Activity?format=csv&count=5", "count: An export is whole. Do not send this."),
        ("Activity?format=csv&cursor=", "cursor: An export is whole. Do not send this."),
        ("Usage?cursor=caf%C3%A9", "cursor: Send the Next-Cursor of an answer."),
        ("Usage?api=x", "api: Send a GUID."),
    ],
)
def test_bad_parameter_is_refused(auditor: Caller, rest: str, reason: str) -> None:
    refused(auditor.get(rest), 400, reason)


def test_usage_is_read_page_by_page(auditor: Caller, now: datetime) -> None:
    tenant, hour = auditor.tenant, now.replace(minute=0, second=0, microsecond=0)
    pump = make_client("Pump", tenant).client
    foreign = make_client("Foreign", make_tenant("Cranes")).client
    for client, api_id, ago in (
        (pump, tenant.pk, 0),
        (pump, tenant.pk, 1),
        (pump, tenant.pk, 2),
        (foreign, foreign.tenant_id, 0),
    ):
        ApiUsage.objects.create(
            client=client,
            api_id=api_id,
            hour=hour - timedelta(hours=ago),
            scope="api",
            is_named=False,
            tokens=7 + ago,
            last_at=now,
        )

    first = auditor.get("Usage?count=2")
    rest = auditor.get(f"Usage?count=2&cursor={first['Next-Cursor']}")

    assert [row["Tokens"] for row in first.json()] == [7, 8]
    [last] = rest.json()
    moment = (hour - timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    assert last == {
        "ClientId": str(pump.pk),
        "ApiId": str(tenant.pk),
        "Hour": moment,
        "Scope": "api",
        "Tokens": 9,
        "LastUsed": now.isoformat().replace("+00:00", "Z"),
    }
    assert auditor.get(f"Usage?client={foreign.pk}").json() == []
    assert [row["Tokens"] for row in auditor.get(f"Usage?to={moment}").json()] == []
    assert [row["Tokens"] for row in auditor.get(f"Usage?from={moment}").json()] == [7, 8, 9]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_activity_is_exported_as_the_portal_does(auditor: Caller, ending: str) -> None:
    role = make_role("=Valve", auditor.tenant)
    events = AuditEvent.objects.count()

    reply = auditor.get(f"Activity?format={ending}&action=role.added")

    assert reply.status_code == 200
    assert reply["Content-Type"] == FORMATS[ending].content_type
    assert reply["Content-Disposition"].endswith(f'Z.{ending}"')
    lines = b"".join(reply.streaming_content).decode().splitlines()
    if ending == "csv":
        [row] = csv.DictReader(lines)
        assert (row["\ufeffTime"][:2], row["Action"]) == ("20", "role.added")
    else:
        [line] = lines
        assert json.loads(line)["after"]["name"] == role.name
    own = AuditEvent.objects.latest("pk")
    assert (own.action, AuditEvent.objects.count()) == ("activity.exported", events + 1)
    assert json.loads(own.canonical)["after"] == {
        "format": ending,
        "filter": f"format={ending}&action=role.added",
    }
    assert (own.actor_name, own.operation_id) == ("Auditor", reply["Operation-Id"])


def test_head_exports_nothing(auditor: Caller) -> None:
    events = AuditEvent.objects.count()
    reply = auditor.send("HEAD", "Activity?format=csv")
    assert (reply.status_code, reply["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert AuditEvent.objects.count() == events


def test_second_export_of_a_process_waits(auditor: Caller) -> None:
    first = auditor.get("Activity?format=csv")
    second = auditor.get("Activity?format=csv")
    refused(second, 503, "Another export is running. Try again when it has finished.")
    assert second["Retry-After"] == "30"
    assert b"".join(first.streaming_content)
    assert b"".join(auditor.get("Activity?format=csv").streaming_content)


def test_export_is_for_administrators_and_auditors(rotator: Caller, member: Caller) -> None:
    for caller in (rotator, member):
        assert caller.get("Activity?format=csv").status_code == 403


def test_text_that_finds_nothing_is_not_logged(auditor: Caller) -> None:
    with captured_logs() as log:
        auditor.get("Activity?QUERY=pcs_mistaken&outcome=done")
        auditor.get("Activity?query=Auditor")
    assert "pcs_mistaken" not in log.text + log.json
    assert "outcome=done" in log.json
    assert "query=Auditor" in log.json
