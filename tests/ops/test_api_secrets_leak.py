"""SEC-3: a secret that the REST API makes is in one response and nowhere else, and one that a
program sends to a wrong place is in no log line."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from clients_app.models import AuditEvent
from tests.api.conftest import Caller, calling, robot  # noqa: F401 - fixtures
from tests.factories import make_client
from tests.ops.secret_leaks import fail_to_record, found_in
from tests.server.captured_logs import captured_logs

CLIENTS = "ClientCredentialClients"
SECRET = re.compile(r"pcs_\w{49}")


class Listener:
    """Sends requests, and keeps the secrets that the answers show once, and all else they say."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.marks: dict[str, str] = {}
        self.said = ""

    def send(self, method: str, rest: str, body: Any = None, **headers: str) -> Any:
        reply = self.caller.send(method, rest, body, **headers)
        text = b"".join(reply.streaming_content if reply.streaming else [reply.content]).decode()
        shown = (
            reply.json().get("Secret") if method == "POST" and b"Secret" in text.encode() else None
        )
        if shown:
            self.marks[f"{rest} {len(self.marks)}"] = shown
            text = text.replace(shown, "", 1)
        self.said += f"{reply.headers}{text}\n"
        return reply


@pytest.fixture
def listener(robot: Caller) -> Listener:  # noqa: F811 - a fixture
    return Listener(robot)


def test_secret_is_in_one_response_and_nowhere_else(
    listener: Listener, dump_of_every_table: Callable[[], str]
) -> None:
    with captured_logs() as log:
        posts = [(CLIENTS, {"Name": "Pump"})]
        made = listener.send("POST", *posts[0], Idempotency_Key="1").json()
        client = f"{CLIENTS}/{made['Client']['Id']}"
        posts += [(f"{client}/Secrets", {}), (f"{client}/Secrets/{made['Id']}/Rotate", {})]
        for number, (rest, body) in enumerate(posts):
            for other in (body, {**body, "Description": "x"}):  # sent first, again, and another one
                listener.send("POST", rest, other, Idempotency_Key=str(number + 1))
        listener.send("POST", CLIENTS, {"Name": "Pump"})
        for rest in ("", CLIENTS, client, f"{client}/Secrets", f"{client}/Secrets/{made['Id']}"):
            listener.send("GET", rest)
        for rest in ("Activity", "Activity?format=csv", "Activity?format=jsonl", "Usage"):
            listener.send("GET", rest)

    assert len(listener.marks) == 3
    everything = [listener.said, log.text, log.json, dump_of_every_table()]
    everything.append("\n".join(map(str, cache._cache.values())))
    for text in everything:
        assert found_in(text, listener.marks) == {}
    assert "no-store" in listener.said


@pytest.mark.one_database  # a stand-in fails, not the database
def test_secret_of_an_operation_that_fails_is_nowhere(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_client("Pump", listener.caller.tenant)
    fail_to_record(monkeypatch)
    client = f"{CLIENTS}/{made.client.pk}"
    with captured_logs() as log:
        for rest in (CLIENTS, f"{client}/Secrets", f"{client}/Secrets/{made.secret.pk}/Rotate"):
            reply = listener.send("POST", rest, {"Name": "x"} if rest == CLIENTS else {})
            assert reply.status_code == 500
            assert reply.json()["Reason"] == "The server failed."
    assert "on fire" in log.text
    assert not SECRET.search(log.text + log.json + listener.said)
    assert "on fire" not in listener.said


@pytest.mark.one_database
def test_secret_in_a_wrong_place_is_not_logged(listener: Listener) -> None:
    made = make_client("Pump", listener.caller.tenant)
    plain, client = made.plain, f"{CLIENTS}/{made.client.pk}"
    with captured_logs() as log:
        read = (
            *(f"{CLIENTS}?query={plain}", f"{CLIENTS}?{plain}=1", f"{CLIENTS}?state={plain}"),
            *(f"Activity?query={plain}", f"Activity?action={plain}", f"Activity?cursor={plain}"),
            *(f"Activity?format=csv&query={plain}", f"{client}/Secrets/{plain}"),
            *(plain, f"/api/v1/Tenants/{plain}", f"/api/v1/{plain}"),
        )
        for method, rest, body in (
            *(("GET", rest, None) for rest in read),
            ("DELETE", f"{client}/Secrets/{plain}", None),
            ("POST", CLIENTS, {plain: plain}),
            ("POST", CLIENTS, {"Name": "x", "Id": plain}),
            ("POST", CLIENTS, {"Name": "x", "Secret": plain}),
            ("POST", f"{client}/Secrets", {"Secret": plain}),
            ("PUT", client, plain.encode()),
        ):
            listener.send(method, rest, body)
            listener.send(method, rest, body, Idempotency_Key=plain, If_Match=plain)
    assert found_in(log.text + log.json, {"sent": plain}) == {}
    events = "".join(AuditEvent.objects.values_list("canonical", flat=True))
    assert plain not in events
