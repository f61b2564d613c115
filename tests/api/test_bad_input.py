"""Bad bodies: the right status, an error that names the property, and no change."""

import gzip
from typing import Any, Final
from uuid import uuid4

import pytest
from django.db.models import Field

from tests.api.addresses import CALLS, ONE, M, Subjects
from tests.api.bodies import RESOURCES, Resource
from tests.api.conftest import Caller
from tests.api.replies import reason, refused

NOT_JSON: Final = "The body is not JSON in UTF-8."
SYNTAX: Final[list[tuple[bytes, int, str]]] = [
    (b"{", 400, NOT_JSON),
    (b"{'Name': 'x'}", 400, NOT_JSON),
    (b'{"Name": "x",}', 400, NOT_JSON),
    (b"{} {}", 400, NOT_JSON),
    (b"Infinity", 400, NOT_JSON),
    (b'{"Name": NaN}', 400, NOT_JSON),
    (b'{"Name": -Infinity}', 400, NOT_JSON),
    (b'{"Name": "\xff"}', 400, NOT_JSON),
    (b'{"Name": "\n"}', 400, NOT_JSON),
    ('{"Name": "x"}'.encode("utf-16"), 400, NOT_JSON),
    ('{"Name": "x"}'.encode("utf-32-be"), 400, NOT_JSON),
    (b"[" * 100_000, 400, NOT_JSON),
    (b'{"Name":' * 20_000, 400, NOT_JSON),
    (b'{"Name": ' + b"[" * 100 + b"]" * 100 + b"}", 400, "The body has more than 20 levels."),
    (b'{"Name": ' + b"9" * 5_000 + b"}", 400, NOT_JSON),
    (b'{"Name": "a", "N\\u0061me": "b"}', 400, "Name: Send this property once."),
    (b'{"\\ud800": 1}', 400, "\\ud800: There is no such property."),
    (b'{"\\u0000": 1}', 400, "\0: There is no such property."),
    (b" " * 163_841, 413, "The body is too large."),
]
#: what is refused as a value of this kind, and the sentence
WRONG: Final[dict[str, tuple[str, list[Any]]]] = {
    "text": ("Send a string.", [5, 0.5, True, [], {}, ["x"]]),
    "guid": ("Send a GUID.", ["x", "", "0" * 36, "{}", f"{uuid4()}0", "\ud800", "\0"]),
    "flag": ("Send true or false.", ["true", "", 0, 1, [], {}]),
    "whole": ("Send a whole number.", ["600", True, 60.5, [], {}]),
    "moment": (
        "Send a date and time such as 2027-11-23T10:15:00Z.",
        [
            *(5, True, [], {}, "", "tomorrow", "2030-01-01", "2030-02-30T00:00:00Z"),
            *("2030-01-01T00:00:00+99:99", "9999-12-31T23:59:59-14:00", "٢030-01-01T00:00:00Z"),
        ],
    ),
    "list": ("Send a list.", ["x", {}, 5, True]),
    "items": ("Send no null in a list.", [[None], ["x", None]]),
    "too many": ("Send at most 1000 values.", [["x"] * 1001]),
    "object": ("Send a JSON object.", ["x", []]),
    "pasted": ("Send a JWK, or PEM of a public key or certificate.", [5, []]),
    "jwks": ("Send a JWKS.", [5, []]),
    "fixed": ("This property cannot be set.", ["x", 5, True, [], {}]),
}


@pytest.mark.usefixtures("changes_nothing")
def test_body_that_is_not_json_is_refused_by_every_address(
    robot: Caller, subjects: Subjects
) -> None:
    for address, method, call in CALLS:
        if call.body:
            whole = address in {M, "Apis/<api_id>"}
            for body, status, sentence in SYNTAX if whole else SYNTAX[:1] + SYNTAX[-1:]:
                reply = robot.send(method, subjects.on(address), body, If_Match='"outdated"')
                assert reason(reply) == (status, sentence), (method, address, body[:20])


@pytest.mark.usefixtures("changes_nothing")
def test_media_type_that_is_not_json_is_refused(robot: Caller, subjects: Subjects) -> None:
    for address, method, call in CALLS:
        if call.body:
            for kind in ("text/plain", "application/xml", "application/json; charset=latin-1"):
                path = subjects.on(address)
                reply = robot.send(method, path, b"{}", content_type=kind)
                refused(reply, 415, f'Unsupported media type "{kind}" in request.')


@pytest.mark.usefixtures("changes_nothing")
def test_compressed_body_is_refused(robot: Caller, subjects: Subjects) -> None:
    """RFC 9110 section 15.5.16."""
    plain = b'{"Name": "Pump"}'
    for address, method, call in CALLS:
        if call.body:
            for encoding, body in (("gzip", gzip.compress(plain)), ("br", plain), ("gzip", plain)):
                path = subjects.on(address)
                reply = robot.send(method, path, body, Content_Encoding=encoding)
                refused(reply, 415, "Send the body without a Content-Encoding.")


def test_body_with_the_encoding_identity_is_read(robot: Caller) -> None:
    reply = robot.send("POST", "Roles", {"Name": "New"}, Content_Encoding="identity")
    assert reply.status_code == 201


@pytest.mark.usefixtures("changes_nothing")
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: f"{one.method} {one.address}")
def test_value_of_a_wrong_type_is_refused_and_named(
    robot: Caller, subjects: Subjects, resource: Resource
) -> None:
    path = subjects.on(resource.address)
    for name, kinds in resource.kinds.items():
        words = [kind for kind in WRONG if kind in kinds]
        assert words
        for sentence, values in (WRONG[kind] for kind in words):
            for value in values if resource.address == M else values[:2]:
                reply = robot.send(resource.method, path, {**resource.good, name: value})
                assert reason(reply) == (400, f"{name}: {sentence}"), (name, value)


@pytest.mark.usefixtures("changes_nothing")
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: f"{one.method} {one.address}")
def test_property_that_the_model_does_not_have_is_refused_and_named(
    robot: Caller, subjects: Subjects, resource: Resource
) -> None:
    """Mass assignment: each column and relation of the rows, as it is and as the API would spell
    it; properties of other models; the first property in another case."""
    names = {"Secret", "SecretHash", "tenant", "TENANTID", "name", "version", "__class__", "$ref"}
    if resource.method == "POST":  # a PUT has the same properties
        columns = resource.of._meta.get_fields()
        names |= {one.name for one in columns}
        names |= {one.attname for one in columns if isinstance(one, Field)}
        names |= {"".join(part.title() for part in name.split("_")) for name in names}
    known = {*resource.kinds, "PublicKey", "Expires", "Created", "LastUsed"}
    for name in sorted(names - known):
        reply = robot.send(
            resource.method, subjects.on(resource.address), {**resource.good, name: None}
        )
        assert reason(reply) == (400, f"{name}: There is no such property."), name


LISTS: Final[list[tuple[str, Any, str]]] = [
    ("Roles", {}, "Send a list of roles."),
    ("Roles", None, "Send a list of roles."),
    ("Roles", [None], "Send a JSON object."),
    ("Roles", ["x"], "Send a JSON object."),
    ("Roles", [{"Id": "x"}], "Id: Send a GUID."),
    ("Roles", [{"Id": None}], "Id: This field may not be null."),
    ("Roles", [{"Name": "x"}], "Id: This field is required."),
    ("Roles", [{"Id": str(uuid4()), "RoleScope": "1"}], "RoleScope: Send a whole number."),
    (
        "Roles",
        [{"Id": str(uuid4()), "role_type_id": "x"}],
        "role_type_id: There is no such property.",
    ),
    ("Roles", [{"Id": str(uuid4())}] * 1001, "Send a list of roles."),
    (
        "Roles",
        [{"Id": str(uuid4())}],
        "Id: Select roles from the list. One of them is not there any more.",
    ),
    ("Apis", {}, "Send a list of APIs."),
    ("Apis", [[]], "Send a JSON object."),
    ("Apis", [{"ApiId": 5}], "ApiId: Send a string."),
    ("Apis", [{"ApiId": str(uuid4()), "Scopes": "read"}], "Scopes: Send a list."),
    ("Apis", [{"ApiId": str(uuid4()), "Identifier": 5}], "Identifier: Send a string."),
    ("Apis", [{"ApiId": str(uuid4()), "IsDefault": True}], "IsDefault: There is no such property."),
]


@pytest.mark.usefixtures("changes_nothing")
def test_bad_list_of_roles_or_apis_is_refused(robot: Caller, subjects: Subjects) -> None:
    for rest, body, sentence in LISTS:
        reply = robot.put(subjects.on(f"{M}{ONE}/{rest}"), body if body is not None else b"null")
        refused(reply, 400, sentence)
    own = {"ApiId": str(subjects.world.api.pk)}
    for body, sentence in (
        ([own, own], "ApiId: Name each API once."),
        ([{**own, "Scopes": ["read", "fly"]}], None),
        ([{"ApiId": str(robot.tenant.pk), "Scopes": ["api"]}], None),
    ):
        reply = robot.put(subjects.on(f"{M}{ONE}/Apis"), body)
        assert reply.status_code == 400
        assert sentence is None or reply.json()["Reason"] == sentence


@pytest.mark.both_databases
@pytest.mark.usefixtures("changes_nothing")
def test_odd_text_is_refused_and_named(robot: Caller, subjects: Subjects) -> None:
    """NUL, half a character, and what changes the direction of text, in each text."""
    for resource in RESOURCES:
        path = subjects.on(resource.address)
        for name, kind in resource.kinds.items():
            if kind == "text" or name in {"Tags", "RedirectUris", "Scopes"}:
                for odd in ("a\0b", "\ud800", "a\u202eb", "x" * 3000)[: 4 if kind == "text" else 2]:
                    value = [{"Name": odd}] if name == "Scopes" else [odd]
                    body = {**resource.good, name: odd if kind == "text" else value}
                    status, said = reason(robot.send(resource.method, path, body))
                    assert status == 400, (path, name, odd)
                    assert said.startswith(f"{name}: "), (path, name, odd, said)
