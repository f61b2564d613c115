"""The examples of the OpenAPI description are requests that work, and what they are answered."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.db import connection
from jsonschema import Draft202012Validator

from clients_app.api.examples import read_examples
from clients_app.models import Api, ApiUsage, Client, FederatedIdentity, NearMiss
from clients_app.rules.secret_format import is_well_formed
from clients_app.rules.verdicts import Verdict
from tests.api.conftest import Caller
from tests.factories import make_role
from tests.full_disk import refuse_events

EXAMPLES: Final = read_examples()
GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME: Final = re.compile(r"[0-9-]{10}T[0-9:.]{8,15}(?:Z|\+00:00)")
SECRET: Final = re.compile(r"pcs_[0-9A-Za-z]{49}")
NUMBER: Final = re.compile(r"(Secrets|PublicKeys|FederatedIdentities)/(\d+)")
MOMENT: Final = re.compile(r"[0-9-]{10} [0-9:]{8} UTC")
FUTURE, PAST = "2027-11-23T10:15:00Z", "2026-11-23T10:15:00Z"


class Known:
    """What the ids of the examples stand for; it is learned from the answers."""

    def __init__(self, tenant_id: str) -> None:
        first = EXAMPLES["calls"][0]["response"]["Id"]
        self.ids: dict[Any, Any] = {first: tenant_id}
        ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
        self.future = ends.isoformat().replace("+00:00", "Z")

    def real(self, value: Any) -> Any:
        """Return an example with the ids that it stands for, and a time that is still to come."""
        if isinstance(value, dict):
            return {name: self.real(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.real(one) for one in value]
        if not isinstance(value, str):
            return value
        text = GUID.sub(lambda found: self.ids.get(found[0], found[0]), value)
        text = NUMBER.sub(lambda found: f"{found[1]}/{self.ids[int(found[2])]}", text)
        return self.future if text == FUTURE else text

    def compare(self, example: Any, answer: Any, at: str) -> None:
        """Assert that they are the same, except ids, times and secrets; learn the ids."""
        assert type(example) is type(answer), at
        if isinstance(example, dict):
            assert list(example) == list(answer), at
            for name, one in example.items():
                self.compare(one, answer[name], f"{at} {name}")
        elif isinstance(example, list):
            assert len(example) == len(answer), at
            for number, one in enumerate(example):
                self.compare(one, answer[number], f"{at} {number}")
        elif at.endswith("Id") and isinstance(example, int):
            assert self.ids.setdefault(example, answer) == answer, at
        elif isinstance(example, str) and example != answer:
            self._compare_texts(example, answer, at)
        else:
            assert example == answer, at

    def _compare_texts(self, example: str, answer: str, at: str) -> None:
        if GUID.fullmatch(example):
            assert GUID.fullmatch(answer), at
            assert self.ids.setdefault(example, answer) == answer, at
        elif example in {FUTURE, PAST}:
            is_future = datetime.fromisoformat(answer) > datetime.now(UTC)
            assert is_future is (example == FUTURE), at
        elif MOMENT.search(example):
            assert MOMENT.sub("", example) == MOMENT.sub("", answer), at
        else:
            assert SECRET.fullmatch(example), (at, answer)
            assert SECRET.fullmatch(answer), at


@pytest.mark.both_databases
def test_examples_work_in_their_order(robot: Caller) -> None:
    known = Known(str(robot.tenant.pk))
    for call in EXAMPLES["calls"]:
        name = call["operation"]
        if name == "get_usage":
            _use(Client.objects.get(name="Pump"), Api.objects.get(name="Orders"))
        if name.endswith("near_misses"):
            _miss()
        method = name.partition("_")[0].upper()
        reply = robot.send(method, known.real(call["path"]), known.real(call.get("request")))

        expected = {"POST": 201, "DELETE": 204}.get(method, 200)
        expected = 200 if name.endswith("test_token") else expected
        assert reply.status_code == expected, (name, reply.content)
        if "response" in call:
            known.compare(call["response"], reply.json(), name)


def _use(client: Client, api: Api) -> None:
    now = datetime.now(UTC)
    ApiUsage.objects.create(
        client=client, api=api, hour=now, scope="read", is_named=True, tokens=12, last_at=now
    )


def _miss() -> None:
    identity = FederatedIdentity.objects.latest("pk")
    sent = "repo:octo-org/octo-repo:environment:production"
    verdict = Verdict("sub", sent, identity.subject_rule, "subject rule")
    NearMiss.objects.create(
        client=identity.client,
        identity=identity,
        at=datetime.now(UTC),
        address="192.0.2.7",
        verdicts=[verdict._asdict()],
    )


def _used_key(robot: Caller, member: Caller, settings: Any) -> Any:
    key = {"Idempotency_Key": "deploy-17"}
    robot.post("Roles", {"Name": "A"}, **key)
    return robot.post("Roles", {"Name": "B"}, **key)


def _limited(robot: Caller, member: Caller, settings: Any) -> Any:
    settings.API_REQUESTS_PER_MINUTE = 1
    robot.get()
    return robot.get()


def _full_disk(robot: Caller, member: Caller, settings: Any) -> Any:
    refuse_events()
    reply = robot.post("Roles", {"Name": "A"})
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full")
    return reply


def _changed(robot: Caller, member: Caller, settings: Any) -> Any:
    role = make_role("Reader", robot.tenant)
    return robot.put(f"Roles/{role.pk}", {"Description": "x"}, If_Match='"another"')


ERRORS: Final[dict[str, Callable[[Caller, Caller, Any], Any]]] = {
    "400": lambda robot, member, _: robot.post("Roles", {"Name": "Reader", "Colour": "red"}),
    "401": lambda robot, member, _: Caller("", robot.tenant).get(),
    "403": lambda robot, member, _: member.post("Roles", {"Name": "Reader"}),
    "404": lambda robot, member, _: robot.get("Roles/c4a2f7f3-0d3e-4b1c-9f4e-5c9b6f1f3a10"),
    "405": lambda robot, member, _: robot.send("PATCH", "Roles"),
    "409": lambda robot, member, _: robot.post("Roles", {"Name": "Tenant Member"}),
    "412": _changed,
    "413": lambda robot, member, _: robot.post("Roles", {"Name": "x" * 200_000}),
    "415": lambda robot, member, _: robot.post("Roles", b"Name=x", content_type="text/plain"),
    "422": _used_key,
    "429": _limited,
    "503": _full_disk,
}


@pytest.mark.one_database
@pytest.mark.parametrize("status", ERRORS)
def test_example_of_an_error_is_its_answer(
    robot: Caller, member: Caller, settings: Any, status: str
) -> None:
    reply = ERRORS[status](robot, member, settings)

    assert str(reply.status_code) == status
    Known(str(robot.tenant.pk)).compare(EXAMPLES["errors"].get(status), reply.json(), status)


@pytest.mark.one_database
def test_each_request_and_answer_has_an_example_that_fits_its_model(robot: Caller) -> None:
    document = robot.get("/api/v1/openapi.json").json()
    seen = 0
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["operationId"] in {one["operation"] for one in EXAMPLES["calls"]}
            answers = (reply for status, reply in operation["responses"].items() if status < "300")
            for described in (operation.get("requestBody", {}), *answers):
                content = described.get("content", {}).get("application/json")
                if content is not None:
                    _check(content["schema"], content["example"], document)
                    seen += 1
    assert seen > 60
    error = {"$ref": "#/components/schemas/Error"}
    assert document["components"]["schemas"]["Error"]["examples"]
    for example in EXAMPLES["errors"].values():
        _check(error, example, document)


def _check(schema: dict[str, Any], example: Any, document: dict[str, Any]) -> None:
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        example
    )


@pytest.mark.one_database
def test_examples_name_nothing_real() -> None:
    text = str(EXAMPLES)
    hosts = set(re.findall(r"https?://([\w.-]+)", text))
    others = {host for host in hosts if not host.endswith(".example.com")}
    assert others == {"localhost", "token.actions.githubusercontent.com"}
    assert [one for one in SECRET.findall(text) if is_well_formed(one)] == []
