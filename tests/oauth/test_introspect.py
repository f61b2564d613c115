"""Introspection: bars 33, 39 and 40, and the product's "Effect of a change"."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import jwt
import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients_app.management.command_line import actor_on_installation
from clients_app.models import (
    Client,
    ClientRole,
    ClientSecret,
    ClientType,
    SigningKey,
    Tenant,
    TokenUsage,
)
from clients_app.rules.built_in_roles import TENANT_VIEWER
from clients_app.services import published_keys, usage
from clients_app.services.client_edits import set_enabled
from clients_app.services.client_removal import remove_client, restore_client
from clients_app.services.client_secrets import remove_secret
from clients_app.services.key_rotation import revoke_keys
from clients_app.services.signing_keys import base64url, loaded_key
from clients_app.services.token_ends import end_tokens
from tests.factories import command_line_in, make_client, make_tenant, role_id
from tests.oauth import rows_of_credentials, rows_of_requests, wire
from tests.oauth.table import Row
from tests.oauth.test_table_a import HEADERS, HEADERS_BY_STATUS, assert_error
from tests.oauth.wire import Reply, basic, form

INTROSPECT = "/identity/connect/introspect"
REVOKE = "/identity/connect/revocation"
INACTIVE = b'{"active": false}'
NO_GRANT_NO_SCOPE = ("11 ", "12 ", "13 ", "15 ", "16 ")  # what only the token endpoint looks at


def token_of(who: SimpleNamespace) -> str:
    grant = form(grant_type="client_credentials")
    asked = wire.environ(authorization=basic(who.id, who.plain), body=grant)
    return wire.through_the_short_entrance(asked).json()["access_token"]


def post(path: str, who: SimpleNamespace, token: str, **more: Any) -> Reply:
    parts = {"authorization": basic(who.id, who.plain), "body": form(token=token)} | more
    return wire.through_django(wire.environ(path, **parts))


def told(who: SimpleNamespace, token: str) -> dict[str, Any]:
    """Return what ``who`` is told of ``token``; an inactive one is nothing but inactive."""
    reply = post(INTROSPECT, who, token)
    assert (reply.status, reply.headers) == (200, HEADERS)
    answer = reply.json()
    assert answer["active"] or reply.body == INACTIVE
    return answer


@pytest.fixture
def api(clients: SimpleNamespace) -> SimpleNamespace:
    """The Hybrid client as a resource server: it may introspect tokens."""
    Client.objects.filter(pk=clients.hybrid.id).update(may_introspect=True)
    return clients.hybrid


@pytest.fixture
def good(clients: SimpleNamespace) -> SimpleNamespace:
    return clients.good


def test_a_resource_server_learns_what_the_token_says(api: SimpleNamespace, good: SimpleNamespace):
    token = token_of(good)
    claims = jwt.decode(token, options={"verify_signature": False})

    answer = told(api, token)

    del claims["cred"]  # the id of a secret is nobody else's business
    assert answer == {"active": True, "token_type": "Bearer", **claims}
    assert claims["roles"] == ["MyData.Role", "Tenant Member"]
    assert post(f"{INTROSPECT}/", api, token).json() == answer  # with a slash at the end


def test_by_body_and_with_a_hint(api: SimpleNamespace, good: SimpleNamespace):
    """RFC 7662 section 2.1: a hint helps some servers; a wrong or unknown one harms nothing."""
    token = token_of(good)
    for hint in ("access_token", "refresh_token", "ключ", ""):
        body = form(client_id=api.id, client_secret=api.plain, token=token, token_type_hint=hint)
        assert post(INTROSPECT, api, "", authorization=None, body=body).json()["active"] is True


def test_a_plain_client_may_ask_about_its_own(tenant: Tenant, good: SimpleNamespace, now: datetime):
    """Bar 40: and about no other's."""
    made = make_client("Other", tenant, now=now)
    other = SimpleNamespace(id=str(made.client.pk), plain=made.plain)

    assert told(good, token_of(good))["active"] is True
    assert told(other, token_of(good)) == {"active": False}
    assert told(other, token_of(other))["active"] is True


def test_a_resource_server_of_another_tenant_learns_nothing(good: SimpleNamespace, now: datetime):
    """Tokens of other tenants."""
    made = make_client("Theirs", make_tenant("Cranes GmbH"), now=now)
    Client.objects.filter(pk=made.client.pk).update(may_introspect=True)

    theirs = SimpleNamespace(id=str(made.client.pk), plain=made.plain)
    assert told(theirs, token_of(good)) == {"active": False}
    assert told(theirs, token_of(theirs))["active"] is True


def test_the_switch_acts_at_once(api: SimpleNamespace, good: SimpleNamespace):
    token = token_of(good)
    assert told(api, token)["active"] is True

    Client.objects.filter(pk=api.id).update(may_introspect=False)

    assert told(api, token) == {"active": False}


# Effect of a change

Change = Callable[[SimpleNamespace], Any]


def deed(do: Callable[..., Any], *args: Any, **more: Any) -> Change:
    """A deed of the command line on the client, done now."""

    def change(who: SimpleNamespace) -> None:
        actor = command_line_in(who.row.tenant)
        do(who.row, *args, actor=actor, now=datetime.now(UTC), **more)

    return change


def let_the_secret_expire(who: SimpleNamespace) -> None:
    ClientSecret.objects.filter(pk=who.secret.pk).update(
        expires_at=datetime.now(UTC) - timedelta(seconds=1)
    )


def removed_secret(who: SimpleNamespace) -> None:
    deed(remove_secret, who.secret.pk)(who)


def removed_and_restored(who: SimpleNamespace) -> None:
    """Its secrets do not come back, and so its tokens do not either."""
    deed(remove_client)(who)
    actor = command_line_in(who.row.tenant)
    restored = restore_client(UUID(who.id), actor=actor, now=datetime.now(UTC))
    set_enabled(restored, enabled=True, actor=actor, now=datetime.now(UTC))


ENDS: dict[str, Change] = {
    "client disabled": deed(set_enabled, enabled=False),
    "client removed": deed(remove_client),
    "client removed and restored": removed_and_restored,
    "secret removed": removed_secret,
    "all tokens ended": deed(end_tokens),
    "key withdrawn": lambda who: SigningKey.objects.update(state=SigningKey.State.REMOVED),
    "key not used yet": lambda who: SigningKey.objects.update(
        state=SigningKey.State.NEXT, signs_from=F("created_at")
    ),
}
KEEPS: dict[str, Change] = {
    "secret expired": let_the_secret_expire,
    "key retired": lambda who: SigningKey.objects.update(state=SigningKey.State.RETIRED),
    "disabled and enabled": lambda who: [
        deed(set_enabled, enabled=on)(who) for on in (False, True)
    ],
    "lifetime changed": lambda who: Client.objects.update(token_lifetime_s=60),
}


@pytest.mark.parametrize("change", ENDS)
def test_what_ends_a_token(api: SimpleNamespace, good: SimpleNamespace, change: str):
    """Bar 39, and bar 30 where it is the key: at the very next question."""
    token = token_of(good)
    assert told(api, token)["active"] is True

    ENDS[change](good)

    assert told(api, token) == {"active": False}


@pytest.mark.parametrize("change", KEEPS)
def test_what_does_not_end_a_token(api: SimpleNamespace, good: SimpleNamespace, change: str):
    token = token_of(good)
    before = told(api, token)

    KEEPS[change](good)

    assert told(api, token) == before


def test_a_removed_secret_ends_its_own_tokens_alone(
    api: SimpleNamespace, tenant: Tenant, good: SimpleNamespace, now: datetime
):
    made = make_client("Two secrets", tenant, now=now)
    first = SimpleNamespace(id=str(made.client.pk), plain=made.plain)
    by_first, of_other = token_of(first), token_of(good)

    actor = command_line_in(tenant)
    assert made.secret is not None
    remove_secret(made.client, made.secret.pk, actor=actor, now=now)

    assert told(api, by_first) == {"active": False}
    assert told(api, of_other)["active"] is True


def test_the_roles_are_those_of_now(api: SimpleNamespace, good: SimpleNamespace, tenant: Tenant):
    """Taken and given after the token was issued; in the order of the names."""
    token = token_of(good)
    viewer = role_id(tenant, TENANT_VIEWER)
    ClientRole.objects.filter(client=good.row, role__name="MyData.Role").delete()
    ClientRole.objects.create(client=good.row, role_id=viewer)

    answer = told(api, token)

    assert answer["roles"] == ["Tenant Member", "Tenant Viewer"]
    assert answer["role_ids"][1] == str(viewer)


@pytest.mark.parametrize("later_us", [1, 300_000])
def test_in_one_second_old_tokens_end_and_new_ones_do_not(
    api: SimpleNamespace, good: SimpleNamespace, later_us: int
):
    """``iat`` cannot tell them apart; their ids can, to the microsecond."""
    moment = datetime.now(UTC).replace(microsecond=500_000)
    step = timedelta(microseconds=later_us)
    actor = command_line_in(good.row.tenant)
    tokens = []
    for at in (moment - step, moment + step):
        with time_machine.travel(at, tick=False):
            tokens.append(token_of(good))
    end_tokens(good.row, actor=actor, now=moment)
    before, after = tokens

    with time_machine.travel(moment + step, tick=False):
        assert told(api, before) == {"active": False}
        assert told(api, after)["active"] is True
        assert told(api, after)["iat"] == int(moment.timestamp())


def test_it_ends_with_the_second_that_expires_in_said(api: SimpleNamespace, good: SimpleNamespace):
    """Bar 36: active in the last second, not in the one after."""
    token = token_of(good)
    end = datetime.fromtimestamp(told(api, token)["exp"], UTC)

    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert told(api, token)["active"] is True
    with time_machine.travel(end, tick=False):
        assert told(api, token) == {"active": False}


# Tokens that are none

Forgery = Callable[[str, str], str]


def resigned(**changes: Any) -> Forgery:
    """The claims of the token, but for ``changes``, signed by our own key."""

    def forge(token: str, kid: str) -> str:
        claims = jwt.decode(token, options={"verify_signature": False}) | changes
        headers = {"kid": kid, "typ": changes.get("_typ", "at+jwt")}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, loaded_key(kid).private, "RS256", headers=headers)

    return forge


def with_header(**changes: Any) -> Forgery:
    """The token with another header before its own claims and signature."""

    def forge(token: str, kid: str) -> str:
        header = {"alg": "RS256", "kid": kid, "typ": "at+jwt"} | changes
        spelt = json.dumps(header, sort_keys=True, separators=(",", ":"))
        return ".".join([segment(spelt.encode()), *token.split(".")[1:]])

    return forge


def segment(content: bytes) -> str:
    return base64url(content).decode()


TOMORROW = int(datetime.now(UTC).timestamp()) + 86_400  # the suite may take its time
FORGED: dict[str, Forgery] = {
    "a word": lambda token, kid: "abc",
    "two dots": lambda token, kid: "..",
    "other alphabet": lambda token, kid: "жетон.é.\U0001f511",
    "NUL": lambda token, kid: "\x00",
    "opaque": lambda token, kid: "2YotnFZFEjr1zCsicMWpAA",
    "a space before": lambda token, kid: f" {token}",
    "a line after": lambda token, kid: f"{token}\n",
    "truncated": lambda token, kid: token[:-1],
    "without signature": lambda token, kid: token.rpartition(".")[0] + ".",
    "another signature": lambda token, kid: token[:-8] + "AAAAAAAA",
    "another payload": lambda token, kid: ".".join(
        [token.split(".")[0], segment(b'{"sub":"x"}'), token.split(".")[2]]
    ),
    "unsigned": with_header(alg="none"),
    "HMAC": with_header(alg="HS256"),
    "another algorithm": with_header(alg="PS256"),
    "unknown key": with_header(kid="unknown"),
    "no key": with_header(kid=None),
    "a number for a key": with_header(kid=7),
    "a path for a key": with_header(kid="../../x"),
    "SQL for a key": with_header(kid="' OR 1=1 --"),
    "NUL for a key": with_header(kid="\x00"),
    "a long key": with_header(kid="x" * 10_000),
    "own key": with_header(jwk={"kty": "oct", "k": "AAAA"}, jku="http://127.0.0.1:1/"),
    "ID token": resigned(_typ="JWT"),
    "another issuer": resigned(iss="https://evil.test/identity"),
    "another audience": resigned(aud="https://evil.test"),
    "expired": resigned(exp=1_000_000_000),
    "not yet valid": resigned(nbf=TOMORROW),
    "of the future": resigned(iat=TOMORROW),
    "another client": resigned(client_id="7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"),
    "another tenant": resigned(tid="7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"),
    "another secret": resigned(cred=10**9),
    "no secret": resigned(cred=None),
    "deep header": lambda token, kid: f"{segment(b'[' * 20_000)}.e30.AAAA",
    "deep payload": lambda token, kid: f"{token.split('.')[0]}.{segment(b'[' * 20_000)}.AAAA",
}


@pytest.mark.parametrize("forgery", FORGED)
def test_no_other_token_is_active(
    api: SimpleNamespace, good: SimpleNamespace, signing_key: SigningKey, forgery: str
):
    """Bars 33 and 39: exactly inactive, whoever asks, and nothing in the log is an error."""
    token = FORGED[forgery](token_of(good), signing_key.kid)

    assert told(api, token) == {"active": False}
    assert told(good, token) == {"active": False}


def test_what_the_forgeries_start_from_is_active(
    api: SimpleNamespace, good: SimpleNamespace, signing_key: SigningKey
):
    token = token_of(good)
    for same in (resigned(), with_header()):
        assert told(api, same(token, signing_key.kid))["active"] is True


def test_a_constant_number_of_queries(api: SimpleNamespace, good: SimpleNamespace):
    """The row of the asking client is read past Django, as at the token endpoint."""
    token = token_of(good)
    told(api, token)
    with CaptureQueriesContext(connection) as captured:
        told(api, token)
    assert len(captured) <= 4


def test_thousands_of_unknown_keys_cost_no_query(
    api: SimpleNamespace, good: SimpleNamespace, signing_key: SigningKey
):
    """Who has credentials may send what he likes: at most a look at the keys a second."""
    token = token_of(good)
    told(api, token)
    strange = [with_header(kid=f"unknown {n}")(token, "") for n in range(2000)]
    start_s = time.monotonic()

    with CaptureQueriesContext(connection) as captured:
        answers = {post(INTROSPECT, api, one).body for one in strange}

    assert answers == {INACTIVE}
    assert len(captured) <= 1 + (time.monotonic() - start_s)


def test_after_a_revocation_the_tokens_of_the_new_key_count_at_once(
    api: SimpleNamespace, good: SimpleNamespace, signing_key: SigningKey
):
    """Bar 30, however lately the process has read the keys: not even a second is lost."""
    old = token_of(good)
    published_keys.read_key_set()
    actor = actor_on_installation()
    revoke_keys([signing_key.kid], actor=actor, now=datetime.now(UTC))

    assert told(api, old) == {"active": False}
    new = token_of(good)
    assert told(api, new)["active"] is True


def test_asking_is_a_use_of_the_secret_that_brings_no_token(
    api: SimpleNamespace, good: SimpleNamespace
):
    """Else the old secret of an API would look idle while a rotation waits for that."""
    usage._issued.take()  # what other tests have counted
    token = token_of(good)
    for _ in range(3):
        told(api, token)
    post(REVOKE, good, "abc")
    usage.flush()

    asked = TokenUsage.objects.get(secret=api.secret)
    assert (asked.tokens, asked.last_address) == (0, "192.0.2.7")
    assert Client.objects.get(pk=api.id).last_token_at is None
    assert TokenUsage.objects.get(secret=good.secret).tokens == 1
    assert Client.objects.get(pk=good.id).last_token_at is not None


# The request

REFUSALS = [
    row
    for row in (*rows_of_credentials.ROWS, *rows_of_requests.ROWS)
    if row.error is not None and not row.name.startswith(NO_GRANT_NO_SCOPE)
]


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in REFUSALS])
def test_requests_are_refused_as_at_the_token_endpoint(
    clients: SimpleNamespace, path: str, row: Row
):
    """Table A, rows 2 to 21: status, every header and the error."""
    parts = row.parts(clients)

    reply = wire.through_django(wire.environ(path, **parts))

    assert (reply.status, reply.headers) == (row.status, HEADERS_BY_STATUS.get(row.status, HEADERS))
    if parts.get("method") == "HEAD":
        assert reply.body == b""
    else:
        assert_error(reply, row.error or "")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
@pytest.mark.parametrize("body", [b"", b"token", b"token=", b"TOKEN=abc", b"a=b"])
def test_without_a_token_there_is_nothing_to_say(clients: SimpleNamespace, path: str, body: bytes):
    reply = post(path, clients.good, "", body=body)

    assert (reply.status, reply.headers) == (400, HEADERS)
    assert_error(reply, "invalid_request")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
@pytest.mark.parametrize(
    "body", [b"token=a&token=b", b"token=a&token_type_hint=a&token_type_hint="]
)
def test_nothing_is_sent_twice(clients: SimpleNamespace, path: str, body: bytes):
    assert_error(post(path, clients.good, "", body=body), "invalid_request")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
def test_a_token_in_the_query_is_refused(clients: SimpleNamespace, path: str):
    """It would stand in logs (RFC 7662 section 4)."""
    reply = post(path, clients.good, "abc", query="token=abc")

    assert reply.status == 400
    assert_error(reply, "invalid_request")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
def test_without_credentials_nobody_learns_anything(
    clients: SimpleNamespace, path: str, administrator_browser: Browser
):
    """Bars 4 and 39: not by an administrator's session either."""
    token = token_of(clients.good)
    key = administrator_browser.cookies["sessionid"].value

    reply = post(path, clients.good, token, authorization=None, HTTP_COOKIE=f"sessionid={key}")

    assert (reply.status, reply.headers) == (401, HEADERS_BY_STATUS[401])
    assert_error(reply, "invalid_client")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
def test_authorization_code_clients_have_no_way_in(clients: SimpleNamespace, path: str):
    """Without a secret there is no authentication; the id alone is none."""
    Client.objects.filter(pk=clients.hybrid.id).update(client_type=ClientType.AUTHORIZATION_CODE)
    body = form(client_id=clients.hybrid.id, token=token_of(clients.good))

    assert post(path, clients.hybrid, "", authorization=None, body=body).status == 401
