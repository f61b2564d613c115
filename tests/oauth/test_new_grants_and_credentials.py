"""Another kind of credential, two methods and another grant, added by one line in each table.

The product has none of them yet; this proves that the core needs no change for them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from clients_app.models import Client, ClientTag, TokenRefusal, TokenUsage
from clients_app.oauth.client_authentication.methods import METHODS, Method
from clients_app.oauth.client_query import AuthenticatedClient, StoredClient, read_client
from clients_app.oauth.errors import invalid_client
from clients_app.oauth.grants.grant_types import GRANT_TYPES
from clients_app.oauth.plain_http import Request
from clients_app.rules.client_types import AUTHORIZATION_CODE, CLIENT_TYPES
from clients_app.rules.peer_addresses import is_trusted
from clients_app.rules.targets import chosen_target
from clients_app.services.tokens.claims import GrantResult, Subject
from clients_app.services.tokens.credentials import CREDENTIAL_ROWS, Credential
from clients_app.services.usage import counts
from tests.oauth import wsgi
from tests.oauth.introspection import INTROSPECT, introspect, post
from tests.oauth.wsgi import Reply, form

Ask = Callable[..., Reply]
PERSON = Subject(
    id="1f0e8c1e-5b1c-4a5e-9d0e-0c8f5d1f2a3b", role_names=("Tenant Member",), role_ids=("7",)
)
CODE = "urn:example:code"
PROXIES = ("192.0.2.7",)
METADATA = "/identity/.well-known/openid-configuration"


def shows_a_badge(request: Request, params: Mapping[str, str]) -> bool:
    return "badge" in params


def by_badge(request: Request, params: Mapping[str, str], now: datetime) -> AuthenticatedClient:
    """Authenticate by the name of one of the client's tags."""
    badge = ClientTag.objects.filter(name=params["badge"]).first()
    if badge is None:
        raise invalid_client("unknown badge", counts=True)
    return AuthenticatedClient(read_client(badge.client_id, now=now), Credential("badge", badge.pk))


def comes_with_a_badge(request: Request, params: Mapping[str, str]) -> bool:
    return "x-badge" in request.headers and is_trusted(request.peer, PROXIES)


def by_badge_of_proxy(
    request: Request, params: Mapping[str, str], now: datetime
) -> AuthenticatedClient:
    """Authenticate by a badge that a proxy read, which must be the client's that the body names."""
    proved = by_badge(request, {"badge": request.headers["x-badge"]}, now)
    if proved.client.id != params.get("client_id"):
        raise invalid_client("another client's badge", counts=True)
    return proved


def grant_code(
    client: StoredClient, params: Mapping[str, str], *, address: str, now: datetime
) -> GrantResult:
    """Issue a token about a person, with an additional claim and member of the response."""
    chosen = chosen_target(client.reach, named=None, scope="api")
    extra = {"auth_time": int(now.timestamp())}
    return GrantResult(PERSON, chosen, extra, members=lambda token: {"end": token[-4:]})


@pytest.fixture(autouse=True)
def _offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "badge", Method(shows_a_badge, by_badge))
    proxy = Method(comes_with_a_badge, by_badge_of_proxy)
    monkeypatch.setitem(METHODS, "badge_of_proxy", proxy)
    monkeypatch.setitem(GRANT_TYPES, CODE, grant_code)
    for client_type in CLIENT_TYPES.values():
        extended = replace(client_type, grants=client_type.grants | {CODE})
        monkeypatch.setitem(CLIENT_TYPES, client_type.id, extended)
    monkeypatch.setitem(CREDENTIAL_ROWS, "badge", ClientTag.objects.all())


@pytest.fixture
def public(clients: SimpleNamespace) -> SimpleNamespace:
    """A client without credentials."""
    clients.hybrid.row.secrets.all().delete()
    Client.objects.filter(pk=clients.hybrid.id).update(client_type=AUTHORIZATION_CODE.id)
    return clients.hybrid


@pytest.fixture
def badge(good: SimpleNamespace) -> ClientTag:
    """A credential of the new kind."""
    return ClientTag.objects.create(client=good.row, name="badge-1", name_key="badge-1")


def claims_in(reply: Reply) -> dict[str, Any]:
    assert reply.status == 200, reply.body
    return jwt.decode(reply.json()["access_token"], options={"verify_signature": False})


def test_public_client_gets_a_token_without_cred_claim(
    public: SimpleNamespace, good: SimpleNamespace, ask: Ask
):
    reply = ask(body=form(grant_type=CODE, client_id=public.id))

    claims = claims_in(reply)
    assert "cred" not in claims
    assert (claims["sub"], claims["client_id"]) == (PERSON.id, public.id)
    assert (claims["roles"], claims["role_ids"]) == (["Tenant Member"], ["7"])
    assert claims["auth_time"] == claims["iat"]
    counts.flush()
    assert Client.objects.get(pk=public.id).last_token_at is not None
    assert set(TokenUsage.objects.values_list("secret", "tokens")) == {(None, 1)}
    Client.objects.filter(pk=good.id).update(may_introspect=True)
    token = reply.json()["access_token"]
    assert introspect(good, token) == {"active": True, "token_type": "Bearer", **claims}
    Client.objects.filter(pk=public.id).update(is_enabled=False)
    assert introspect(good, token) == {"active": False}


def test_rejected_public_client_is_counted_without_a_secret(public: SimpleNamespace, ask: Ask):
    reply = ask(body=form(grant_type="client_credentials", client_id=public.id))
    counts.flush()

    assert reply.json()["error"] == "unauthorized_client"
    row = TokenRefusal.objects.get()
    assert (str(row.client_id), row.secret_id, row.requests) == (public.id, None, 1)


def test_client_with_a_secret_must_send_it(good: SimpleNamespace, ask: Ask):
    assert ask(body=form(grant_type=CODE, client_id=good.id)).status == 401


def test_removed_badge_revokes_the_tokens_that_name_it(
    good: SimpleNamespace, badge: ClientTag, ask: Ask
):
    reply = ask(body=form(grant_type="client_credentials", badge="badge-1"))

    claims, token = claims_in(reply), reply.json()["access_token"]
    assert (claims["cred"], claims["sub"]) == (f"badge:{badge.pk}", good.id)
    assert "auth_time" not in claims
    assert introspect(good, token)["active"] is True
    counts.flush()
    assert set(TokenUsage.objects.values_list("secret", "tokens")) == {
        (good.secret.pk, 0),
        (None, 1),
    }
    badge.delete()
    assert introspect(good, token) == {"active": False}


def test_token_of_an_unknown_credential_kind_is_inactive(
    good: SimpleNamespace, badge: ClientTag, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    reply = ask(body=form(grant_type="client_credentials", badge="badge-1"))
    monkeypatch.delitem(CREDENTIAL_ROWS, "badge")

    assert introspect(good, reply.json()["access_token"]) == {"active": False}


def test_badge_authenticates_at_introspection(good: SimpleNamespace, badge: ClientTag):
    body = form(badge="badge-1", token="unknown")

    assert post(INTROSPECT, good, "", authorization=None, body=body).json() == {"active": False}


def test_badge_and_secret_together_are_rejected(good: SimpleNamespace, badge: ClientTag, ask: Ask):
    fields = {"client_id": good.id, "client_secret": good.plain, "badge": "badge-1"}
    reply = ask(body=form(grant_type="client_credentials", **fields))

    assert (reply.status, reply.json()["error"]) == (400, "invalid_request")


def test_badge_in_a_header_counts_only_from_a_proxy(
    good: SimpleNamespace, badge: ClientTag, ask: Ask
):
    body = form(grant_type="client_credentials", client_id=good.id)

    proved = ask(body=body, HTTP_X_BADGE="badge-1")
    of_stranger = ask(body=body, HTTP_X_BADGE="badge-1", REMOTE_ADDR="192.0.2.8")

    assert claims_in(proved)["cred"] == f"badge:{badge.pk}"
    assert (of_stranger.status, of_stranger.json()["error"]) == (401, "invalid_client")


def test_second_grant_works_with_a_secret(good: SimpleNamespace, ask: Ask):
    authorization = wsgi.basic(good.id, good.plain)
    reply = ask(authorization=authorization, body=form(grant_type=CODE))

    claims, token = claims_in(reply), reply.json()["access_token"]
    assert reply.json()["end"] == token[-4:]
    assert (claims["sub"], claims["client_id"]) == (PERSON.id, good.id)
    assert claims["cred"] == good.secret.pk


def test_metadata_lists_the_grants_and_methods_of_the_tables(db: None):
    metadata = wsgi.through_django(wsgi.environ(METADATA, method="GET", content_type=None)).json()

    assert CODE in metadata["grant_types_supported"]
    for endpoint in ("token", "introspection", "revocation"):
        supported = metadata[f"{endpoint}_endpoint_auth_methods_supported"]
        assert supported[-2:] == ["badge", "badge_of_proxy"]
        assert ("none" in supported) == (endpoint != "introspection")
