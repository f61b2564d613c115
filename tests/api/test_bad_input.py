"""Bad bodies, one table per resource: the right status, an error that names the property, and no
change."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

import pytest
from django.db.models import Field

from clients_app.models import Api, AuditEvent, Client, ClientSecret, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.api.addresses import CALLS, Subjects
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.audit.rows import all_rows
from tests.factories import insert_secrets, make_application, make_client, role_id
from tests.selectors.tenant_world import fill

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
    "fixed": ("This property cannot be set.", ["x", 5, True, [], {}]),
}


class Resource(NamedTuple):
    """A body that is fine, and the kind of each property; ``of`` is the model of its rows."""

    address: str
    method: str
    good: dict[str, Any]
    kinds: dict[str, str]
    of: Any


CLIENT: Final = {
    **dict.fromkeys(("Name", "Description", "Contact"), "text"),
    "Enabled": "flag",
    "AccessTokenLifetime": "whole",
    "Tags": "list items too many",
    "LastUsed": "moment",
}
MACHINE: Final = {**CLIENT, "RoleIds": "list items too many"} | dict.fromkeys(
    ("MayIntrospectTokens", "MayRotateOwnSecrets"), "flag"
)
APPLICATION: Final = {
    **CLIENT,
    **dict.fromkeys(("ClientUri", "LogoUri"), "text"),
    **dict.fromkeys(("AllowOfflineAccess", "FirstParty"), "flag"),
    **dict.fromkeys(("RedirectUris", "PostLogoutRedirectUris"), "list items too many"),
}
PUBLIC: Final = {**APPLICATION, "AllowedCorsOrigins": "list items too many"}
HYBRID: Final = {
    **APPLICATION,
    "MayIntrospectTokens": "flag",
    "AllowAccessTokensViaBrowser": "fixed",
}
FIRST: Final = {"SecretDescription": "text", "SecretExpirationDate": "moment", "Id": "guid"}
SECRET: Final = {"Description": "text", "Expires": "flag", "Expiration": "moment", "Id": "fixed"}
ROTATE: Final = {"Description": "text", "Expiration": "moment", "OldSecretEnds": "moment"}
FIXED_ROLE: Final = ("Id", "RoleScope", "TenantId", "CommunityId", "RoleTypeId")
ROLE: Final = {"Name": "text", "Description": "text", **dict.fromkeys(FIXED_ROLE, "fixed")}
API: Final = {
    **dict.fromkeys(("Name", "Identifier", "Description"), "text"),
    "Scopes": "list items too many",
    "Id": "fixed",
}
REDIRECT: Final = {"Name": "New", "RedirectUris": ["https://new.example/"]}
NEW_API: Final = {"Name": "New", "Identifier": "urn:new:api"}
M, A, H = (f"{word}Clients" for word in ("ClientCredential", "AuthorizationCode", "Hybrid"))
ONE: Final = "/<client_id>"
RESOURCES: Final = [
    Resource(M, "POST", {"Name": "New"}, MACHINE | FIRST, Client),
    Resource(M + ONE, "PUT", {}, MACHINE | {"Id": "guid"}, Client),
    Resource(A, "POST", REDIRECT, PUBLIC | {"Id": "guid"}, Client),
    Resource(A + ONE, "PUT", {}, PUBLIC | {"Id": "guid"}, Client),
    Resource(H, "POST", REDIRECT, HYBRID | FIRST, Client),
    Resource(H + ONE, "PUT", {}, HYBRID | {"Id": "guid"}, Client),
    Resource(f"{M}{ONE}/Secrets", "POST", {}, SECRET | {"Created": "fixed"}, ClientSecret),
    Resource(f"{M}{ONE}/Secrets/<secret_id>", "PUT", {}, SECRET, ClientSecret),
    Resource(f"{M}{ONE}/Secrets/<secret_id>/Rotate", "POST", {}, ROTATE, ClientSecret),
    Resource("Roles", "POST", {"Name": "New"}, ROLE, Role),
    Resource("Roles/<role_id>", "PUT", {}, ROLE, Role),
    Resource("Apis", "POST", NEW_API, API, Api),
    Resource("Apis/<api_id>", "PUT", {}, API, Api),
]


@pytest.fixture
def subjects(robot: Caller) -> Subjects:
    """Rows of the tenant of the caller, who may do everything."""
    world = fill(robot.tenant)
    hybrid = make_application("Viewer", robot.tenant, client_type="hybrid")
    return Subjects(world, hybrid, world.application)


@pytest.fixture
def changes_nothing(subjects: Subjects) -> Iterator[None]:
    before = all_rows()
    yield
    assert all_rows() == before


def reason(reply: Any) -> tuple[int, str]:
    return reply.status_code, reply.json()["Reason"]


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


@pytest.mark.both_databases
def test_odd_parameters_find_nothing_or_are_refused(robot: Caller, subjects: Subjects) -> None:
    table = {
        M: ("id", "tag", "query", "state", "expiresBefore", "skip", "count"),
        "Roles": ("query", "roleTypeId", "skip", "count"),
        "Apis": ("query", "skip", "count"),
        "Activity": ("client", "person", "action", "outcome", "query", "from", "to", "cursor"),
        "Usage": ("client", "api", "from", "to", "count", "cursor"),
    }
    for address, names in table.items():
        for name in names:
            sentence = f"{name}: Send text without the character NUL."
            refused(robot.get(f"{address}?{name}=a%00"), 400, sentence)
            refused(
                robot.get(f"{address}?{name}={'x' * 301}"), 400, f"{name}: This value is too long."
            )
            for odd in ("%ED%A0%80", "%27", "%25_%5C"):
                reply = robot.get(f"{address}?{name}={odd}")
                assert reply.status_code in {200, 400}, (address, name, odd)
                assert reply.status_code == 400 or reply.json() == [], (address, name, odd)
        for other in ("order=secret__hash", "client__secrets__hash__startswith=$argon2", "a[]=1"):
            reply = robot.get(f"{address}?{other}")
            refused(reply, 400, f"{other.partition('=')[0]}: There is no such parameter.")


@pytest.mark.parametrize("address", [M, "Roles", "Apis"])
def test_page_has_edges(robot: Caller, subjects: Subjects, address: str) -> None:
    whole = robot.get(address)
    total = int(whole["Total-Count"])
    for query, found in (
        ("?count=1", whole.json()[:1]),
        ("?COUNT=1&Skip=1", whole.json()[1:2]),
        ("?count=1000", whole.json()),
        ("?count=&skip=", whole.json()),
        (f"?skip={total}", []),
        ("?skip=1000000000", []),
    ):
        reply = robot.get(f"{address}{query}")
        assert (reply.json(), reply["Total-Count"]) == (found, str(total)), query
    for name, edge, values in (
        (
            "count",
            "1 to 1000",
            ("0", "1001", "-1", "1e9", "1.0", "%EF%BC%91", "%D9%A1", "0x1", "1_0"),
        ),
        ("skip", "0 to 1000000000", ("-1", "1000000001", "9" * 30, "%2B-1", "null")),
    ):
        for value in values:
            sentence = f"{name}: Send a whole number from {edge}."
            refused(robot.get(f"{address}?{name}={value}"), 400, sentence)
    refused(robot.get(f"{address}?count=1&COUNT=2"), 400, "count: Send this parameter once.")


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


@pytest.mark.usefixtures("changes_nothing")
def test_media_type_that_is_not_json_is_refused(robot: Caller, subjects: Subjects) -> None:
    for address, method, call in CALLS:
        if call.body:
            for kind in ("text/plain", "application/xml", "application/json; charset=latin-1"):
                path = subjects.on(address)
                reply = robot.send(method, path, b"{}", content_type=kind)
                refused(reply, 415, f'Unsupported media type "{kind}" in request.')


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
