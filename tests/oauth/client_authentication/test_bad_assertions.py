"""Bad assertions at each endpoint: the same answer, nothing issued, the cause counted.

Of registered keys and of platforms alike. CRE-3 to CRE-7, FED-1 to FED-3.
"""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.models import ClientKey, NearMiss, TokenRefusal, TokenUsage, UsedAssertion
from clients_app.models.defaults import new_id
from clients_app.services.usage import counts
from tests.credentials import insert_identities
from tests.factories import insert_clients, make_tenant
from tests.oauth.assertions import (
    ISSUER,
    JWT_BEARER,
    asking,
    assertion,
    claims_of,
    key_of,
    register,
)
from tests.oauth.bad_assertions import EC, FORGED, MALFORMED, WRONG, attacker
from tests.oauth.introspection import INTROSPECT, REVOKE, introspect, token_of
from tests.oauth.wsgi import (
    TOKEN_PATH,
    Reply,
    basic,
    environ,
    form,
    through_django,
    through_the_short_entrance,
)

PLATFORM = "https://ci.example"
SUBJECT = "repo:o/r:ref:refs/heads/main"
REFUSED = b'{"error": "invalid_client", "error_description": "Client authentication failed."}'
AT_ENDPOINTS = 4

Ask = Callable[..., Reply]


@pytest.fixture
def token(good: SimpleNamespace) -> str:
    """A token of the good client, got by its secret."""
    return token_of(good)


def everywhere(token: str, *, authorization: str | None = None, **fields: str) -> list[Reply]:
    """Return the answers of all endpoints at which clients authenticate, AT_ENDPOINTS of them."""
    fields = {"client_assertion_type": JWT_BEARER, **fields}

    def request(path: str, **more: str) -> dict[str, Any]:
        return environ(path, body=form(**fields, **more), authorization=authorization)

    asked: list[dict[str, str]] = [{"grant_type": "client_credentials"}, {"token": token}]
    return [
        through_the_short_entrance(request(TOKEN_PATH, **asked[0])),
        through_django(request(TOKEN_PATH, **asked[0])),
        through_django(request(INTROSPECT, **asked[1])),
        through_django(request(REVOKE, **asked[1])),
    ]


def check_refused(replies: list[Reply], good: SimpleNamespace, token: str, *, cause: str) -> None:
    """Check the answers, that nobody got anything, and that each refusal was counted."""
    assert [(reply.status, reply.body) for reply in replies] == [(401, REFUSED)] * AT_ENDPOINTS
    assert all(reply.headers == replies[0].headers for reply in replies)
    counts.flush()
    assert [
        (str(row.client_id), row.cause, row.requests) for row in TokenRefusal.objects.all()
    ] == [(good.id, cause, AT_ENDPOINTS)]
    assert not TokenUsage.objects.filter(secret=None).exists()
    assert not UsedAssertion.objects.exists()
    assert introspect(good, token)["active"] is True  # it was not revoked


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize("case", WRONG)
def test_wrong_assertion_is_refused_and_counted(
    good: SimpleNamespace, own: ClientKey, token: str, case: str
):
    cause, parts = WRONG[case]

    replies = everywhere(token, client_assertion=assertion(good.id, EC, **parts()))

    check_refused(replies, good, token, cause=cause)
    for miss in NearMiss.objects.all():
        assert (str(miss.client_id), miss.key_id, miss.address) == (good.id, own.pk, "192.0.2.7")
        assert [verdict for verdict in miss.verdicts if verdict["problem"]]
    assert NearMiss.objects.count() == AT_ENDPOINTS


@pytest.mark.parametrize("case", FORGED)
def test_forgery_is_refused_and_shown_as_not_signed(
    good: SimpleNamespace, own: ClientKey, token: str, case: str
):
    replies = everywhere(token, client_assertion=FORGED[case](claims_of(good.id)))

    check_refused(replies, good, token, cause="unknown-key")
    check_unsigned()


@pytest.mark.parametrize("case", FORGED)
def test_forged_token_of_a_platform_is_refused_and_shown_as_not_signed(
    good: SimpleNamespace, token: str, case: str
):
    jwks = {"keys": [{**EC.as_dict(private=False), "kid": EC.thumbprint()}]}
    rules = {"issuer": PLATFORM, "subject_rule": SUBJECT, "audience": ISSUER}
    insert_identities(good.row, 1, jwks=jwks, expires_at=None, **rules)
    claims = claims_of("", iss=PLATFORM, sub=SUBJECT)

    replies = everywhere(token, client_assertion=FORGED[case](claims), client_id=good.id)

    check_refused(replies, good, token, cause="unknown-key")
    check_unsigned()


def check_unsigned() -> None:
    for miss in NearMiss.objects.all():
        assert (miss.is_signed, miss.key, miss.identity) == (False, None, None)
        assert miss.verdicts[0]["problem"] in {"signature", "unknown key"}
    assert NearMiss.objects.exists()


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_assertion_is_refused_and_counted(
    good: SimpleNamespace, own: ClientKey, token: str, case: str
):
    text = MALFORMED[case](assertion(good.id, EC))

    replies = everywhere(token, client_assertion=text, client_id=good.id)

    check_refused(replies, good, token, cause="bad-assertion")
    assert not NearMiss.objects.exists()


def test_assertion_for_a_client_of_another_tenant_is_refused(
    good: SimpleNamespace, own: ClientKey, token: str
):
    """Those who have a key of one client cannot speak for another, whichever the body names."""
    other = insert_clients(["Other"], make_tenant("Cranes GmbH"))[0]
    register(other, key_of("EC", 1))
    theirs, ours = str(other.pk), good.id
    for claims, named in (({"iss": ours, "sub": ours}, ours), ({"iss": theirs}, ours)):
        text = assertion(ours, key_of("EC", 1), **claims)
        replies = everywhere(token, client_assertion=text, client_id=named)
        assert [reply.body for reply in replies] == [REFUSED] * AT_ENDPOINTS
    text = assertion(theirs, key_of("EC", 1))
    assert [r.body for r in everywhere(token, client_assertion=text, client_id=ours)] == [
        REFUSED
    ] * AT_ENDPOINTS
    issued, _, inspected, revoked = everywhere(token, client_assertion=text)
    assert (issued.status, inspected.status, revoked.status) == (200, 401, 401)  # used once
    assert introspect(good, token)["active"] is True


def test_assertion_and_secret_are_two_ways(good: SimpleNamespace, own: ClientKey, token: str):
    text = assertion(good.id, EC)
    for two in (
        {"client_id": good.id, "client_secret": good.plain},
        {"authorization": basic(good.id, good.plain)},
        {"authorization": basic(good.id, "x"), "client_id": good.id},
    ):
        for reply in everywhere(token, client_assertion=text, **two):
            assert (reply.status, reply.json()["error"]) == (400, "invalid_request")
    assert not UsedAssertion.objects.exists()
    assert introspect(good, token)["active"] is True
    assert everywhere(token, client_assertion=text)[0].status == 200  # it was not used by that


def test_assertion_that_comes_twice_is_malformed(good: SimpleNamespace, own: ClientKey):
    first, second = assertion(good.id, EC), assertion(good.id, EC)
    body = asking(first) + b"&" + form(client_assertion=second)

    reply = through_the_short_entrance(environ(body=body))

    assert (reply.status, reply.json()["error"]) == (400, "invalid_request")


def test_refusals_are_the_same_bytes_for_every_cause(
    clients: SimpleNamespace, own: ClientKey, ask: Ask
):
    good = clients.good.id
    register(clients.disabled.row, EC)
    replies = [
        ask(body=asking(text))
        for text in (
            "words",
            assertion(good, attacker()),
            assertion(good, EC, aud="https://other.example"),
            assertion(str(new_id()), EC),
            assertion("nobody", EC),
            assertion(clients.disabled.id, EC),
            assertion(clients.hybrid.id, EC),
        )
    ]
    wrong_secret = ask(
        body=form(grant_type="client_credentials", client_id=good, client_secret="x")
    )
    assert all(reply == replies[0] for reply in [*replies, wrong_secret])


def test_log_names_the_cause_and_not_the_assertion(
    good: SimpleNamespace, own: ClientKey, caplog: pytest.LogCaptureFixture
):
    text = assertion(good.id, EC, aud="https://other.example")

    through_the_short_entrance(environ(body=asking(text)))

    assert "client assertion: audience" in caplog.text
    assert not [part for part in re.split(r"\.", text) if part in caplog.text]
