"""The tokens that the token endpoint issues, and what a request costs and logs."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.models import Client, Role
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import digests
from tests.oauth import wsgi
from tests.oauth.endpoints.token_responses import GRANT, Ask, claims_of, token_of
from tests.oauth.jwt_libraries import VERIFIERS
from tests.oauth.wsgi import basic, form

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

AUDIENCE = "http://localhost:8000"


def jwks() -> dict[str, Any]:
    reply = wsgi.through_django(
        wsgi.environ("/identity/.well-known/openid-configuration/jwks", method="GET")
    )
    return reply.json()


def test_token_is_verified_by_three_third_party_libraries(clients: SimpleNamespace, ask: Ask):
    """JWT-1: each finds the key in the JWKS by its kid and checks the claims."""
    token = token_of(ask, clients.good)["access_token"]

    claims = [
        verify(token, jwks(), issuer=f"{AUDIENCE}/identity", audience=AUDIENCE)
        for verify in VERIFIERS
    ]

    assert claims[0] == claims[1] == claims[2]
    assert claims[0]["sub"] == clients.good.id


@pytest.mark.both_databases
def test_token_claims_match_the_rows(clients: SimpleNamespace, ask: Ask):
    answer = token_of(ask, clients.good)

    claims = claims_of(answer)
    roles = Role.objects.filter(clients=clients.good.row).order_by("name")
    assert claims["client_id"] == claims["sub"] == clients.good.id
    assert claims["tid"] == str(clients.good.row.tenant_id)
    assert claims["cred"] == clients.good.secret.id
    assert claims["roles"] == ["MyData.Role", "Tenant Member"]
    assert claims["role_ids"] == [str(role.id) for role in roles]
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 3600
    assert set(claims) == {
        *("iss", "sub", "client_id", "aud", "iat", "nbf", "exp", "jti", "scope", "tid"),
        *("roles", "role_ids", "cred"),
    }


@pytest.mark.parametrize(
    ("asked", "given"),
    [(None, "api"), ("", "api"), ("ocsapi", "ocsapi"), ("ocsapi api", "ocsapi api")],
)
def test_requested_scope_is_granted_or_refused(
    clients: SimpleNamespace, ask: Ask, asked: str | None, given: str
):
    answer = token_of(ask, clients.good, **({} if asked is None else {"scope": asked}))

    assert answer["scope"] == claims_of(answer)["scope"] == given


@pytest.mark.both_databases
@pytest.mark.parametrize("lifetime_s", [60, 3600])
def test_token_has_the_lifetime_of_its_client(clients: SimpleNamespace, ask: Ask, lifetime_s: int):
    Client.objects.filter(id=clients.good.id).update(token_lifetime_s=lifetime_s)

    answer = token_of(ask, clients.good)

    claims = claims_of(answer)
    assert answer["expires_in"] == claims["exp"] - claims["iat"] == lifetime_s


def test_hundred_tokens_are_distinct(clients: SimpleNamespace, ask: Ask):
    """Tokens are never reused."""
    before = int(datetime.now(UTC).timestamp())
    claims = [claims_of(token_of(ask, clients.good)) for _ in range(100)]

    assert len({one["jti"] for one in claims}) == 100
    assert all(one["iat"] - before in range(120) for one in claims)


def test_wrong_secrets_never_run_argon2(
    clients: SimpleNamespace, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    """SEC-5 and SEC-7, for each kind of wrong secret."""

    def never(plain: str, digest: str) -> bool:
        raise AssertionError("Argon2id was run")

    monkeypatch.setattr(digests, "digest_fits", never)
    pairs = [(clients.good.id, new_secret()), (clients.good.id, clients.hybrid.plain)]
    pairs += [
        (one.id, one.plain)
        for one in (clients.expired, clients.retired, clients.disabled, clients.removed)
    ]

    for pair in pairs:
        assert ask(authorization=basic(*pair), body=form(**GRANT)).status == 401


def test_token_request_makes_one_query_and_no_write(
    clients: SimpleNamespace, ask: Ask, django_assert_num_queries: Any
):
    """AVA-6: the only query does not use Django's cursor."""
    token_of(ask, clients.good)

    with django_assert_num_queries(0):
        token_of(ask, clients.good)


def test_token_request_does_not_use_the_cache(clients: SimpleNamespace, ask: Ask, settings: Any):
    """A person may wait for a page, but no machine waits, whether it is right or wrong."""
    settings.CACHES = {"default": {"BACKEND": "tests.no_such_cache"}}

    token_of(ask, clients.good)
    refused = ask(authorization=basic(clients.good.id, new_secret()), body=form(**GRANT))
    assert refused.status == 401


def test_log_contains_no_request_values(
    clients: SimpleNamespace, ask: Ask, caplog: pytest.LogCaptureFixture
):
    """TOK-7: it contains the reason, client and address, but no secret."""
    wrong = new_secret()
    token_of(ask, clients.good)
    ask(authorization=basic(clients.good.id, wrong), body=form(**GRANT))
    ask(body=form(**GRANT, client_id="evil\r\nid", client_secret=wrong))
    ask(body=form(**GRANT), query=f"client_secret={wrong}")

    assert f"no live secret fits). Client {clients.good.id}, address 192.0.2.7." in caplog.text
    for text in (
        wrong,
        wrong[:20],
        basic(clients.good.id, wrong)[6:40],
        clients.good.plain,
        "evil",
    ):
        assert text not in caplog.text


def test_internal_error_gives_json_without_details(
    clients: SimpleNamespace, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    """The response is OAuth JSON and does not reveal the cause."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("inner cause")

    monkeypatch.setattr("clients_app.oauth.endpoints.token.authenticate", broken)
    reply = ask(authorization=basic(clients.good.id, clients.good.plain), body=form(**GRANT))

    assert (reply.status, reply.json()["error"]) == (500, "server_error")
    assert reply.headers["Content-Type"] == "application/json"
    assert b"cause" not in reply.body
