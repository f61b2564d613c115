"""The tokens that the token endpoint issues, and that changes to a client apply immediately."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
import time_machine
from django.utils import timezone

from clients_app.models import Client, ClientRole, ClientSecret, Role
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import digests
from clients_app.services.secrets.digests import stored_form
from tests.factories import make_role
from tests.oauth import wsgi
from tests.oauth.conftest import CREATED
from tests.oauth.jwt_libraries import VERIFIERS
from tests.oauth.wsgi import Reply, basic, form

GRANT = {"grant_type": "client_credentials"}
AUDIENCE = "http://localhost:8000"
Ask = Callable[..., Reply]


def token_of(ask: Ask, client: SimpleNamespace, **more: str) -> dict[str, Any]:
    reply = ask(authorization=basic(client.id, client.plain), body=form(**GRANT, **more))
    assert reply.status == 200, reply.body
    return reply.json()


def claims_of(answer: dict[str, Any]) -> dict[str, Any]:
    return jwt.decode(answer["access_token"], options={"verify_signature": False})


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


def refused(ask: Ask, client: SimpleNamespace) -> bool:
    reply = ask(authorization=basic(client.id, client.plain), body=form(**GRANT))
    return (reply.status, reply.json()["error"]) == (401, "invalid_client")


CHANGES: dict[str, Callable[[SimpleNamespace], Any]] = {
    "the secret is removed": lambda c: c.secret.__class__.objects.filter(pk=c.secret.pk).update(
        removed_at=timezone.now()
    ),
    "the secret expires": lambda c: ClientSecret.objects.filter(pk=c.secret.pk).update(
        expires_at=timezone.now()
    ),
    "the client is disabled": lambda c: Client.objects.filter(pk=c.id).update(is_enabled=False),
    "the client is removed": lambda c: Client.objects.filter(pk=c.id).update(
        removed_at=timezone.now()
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_to_the_client_applies_to_the_next_request(
    clients: SimpleNamespace, ask: Ask, change: str
):
    """SEC-11 and CLI-17, even though the secret is cached."""
    token_of(ask, clients.good)

    CHANGES[change](clients.good)

    assert refused(ask, clients.good)


def test_next_token_has_the_changed_roles(clients: SimpleNamespace, ask: Ask):
    """CLI-17."""
    token_of(ask, clients.good)
    ClientRole.objects.exclude(role__role_type_id=TENANT_MEMBER).delete()
    new = make_role("Pumps.Operator", clients.good.row.tenant)
    ClientRole.objects.create(client=clients.good.row, role=new)

    claims = claims_of(token_of(ask, clients.good))

    assert claims["roles"] == ["Pumps.Operator", "Tenant Member"]
    assert claims["role_ids"][0] == str(new.id)


def test_secret_expires_to_the_second(clients: SimpleNamespace, ask: Ask):
    """SEC-9: works a second before, refused at it; with and without microseconds."""
    for end in (
        datetime(2027, 1, 1, 0, 0, 0, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 0, 0, 250_000, tzinfo=UTC),
    ):
        ClientSecret.objects.filter(pk=clients.good.secret.pk).update(expires_at=end)
        for moment, is_refused in (
            (end - timedelta(seconds=1), False),
            (end - timedelta(microseconds=1), False),
            (end, True),
            (end + timedelta(microseconds=1), True),
            (end + timedelta(days=1), True),
        ):
            with time_machine.travel(moment, tick=False):
                if is_refused:
                    assert refused(ask, clients.good), moment
                else:
                    token_of(ask, clients.good)


def test_two_live_secrets_both_work(clients: SimpleNamespace, ask: Ask):
    """SEC-11: add the new one, both work, remove the old one."""
    plain = new_secret()
    stored = stored_form(plain, client_id=clients.good.row.id)
    second = ClientSecret.objects.create(
        client=clients.good.row, created_at=CREATED, created_by="test", **stored._asdict()
    )
    new = SimpleNamespace(id=clients.good.id, plain=plain)

    assert claims_of(token_of(ask, clients.good))["cred"] == clients.good.secret.id
    assert claims_of(token_of(ask, new))["cred"] == second.id
    ClientSecret.objects.filter(pk=clients.good.secret.pk).update(removed_at=timezone.now())
    assert refused(ask, clients.good)
    assert claims_of(token_of(ask, new))["cred"] == second.id


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
