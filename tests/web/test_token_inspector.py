"""Inspect a token: what the page says of it, and that nothing keeps it."""

import base64
import json
import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import jwt
import pytest
from django.test import Client as Browser

from clients_app import conf
from clients_app.actors import Actor
from clients_app.identity.session_store import SessionStore
from clients_app.models import Client, ClientSecret, Session, SigningKey
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tokens.inspection import Verdict, inspect_token
from clients_app.services.tokens.revocation import end_tokens, revoke_token
from clients_app.services.tokens.validity import active_token
from tests.conftest import Machine
from tests.factories import make_client
from tests.oauth.introspection import token_of
from tests.responses import text_of

PAGE = "/help/token"


@pytest.fixture
def token(machine: Machine, now: datetime) -> str:
    ensure_active_key(now=now)
    return token_of(SimpleNamespace(id=machine.client.pk, plain=machine.plain))


def told(browser: Browser, token: str) -> str:
    """Return what the page says of a token."""
    reply = browser.post(PAGE, {"token": token})
    assert reply.status_code == 200
    return text_of(reply)


def changed(token: str, **claims: object) -> str:
    """Return the token with other claims, and the signature that it had."""
    header, payload, signature = token.split(".")
    values = json.loads(base64.urlsafe_b64decode(payload + "==")) | claims
    body = base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()
    return f"{header}.{body}.{signature}"


def test_inspector_shows_the_claims_and_the_client_of_a_valid_token(
    colleague_browser: Browser, token: str, machine: Machine
) -> None:
    page = told(colleague_browser, f"Authorization: Bearer {token}")

    assert "<strong>Valid</strong>" in page
    assert "It expires in 59 minutes" in page or "It expires in 1 hour" in page
    assert f'href="/security/clients/{machine.client.pk}"' in page
    assert "Tenant Member" in page
    assert str(machine.client.pk) in page
    assert '<code>kid</code></th><td translate="no">' in page


def _expire(machine: Machine, token: str, time_machine) -> None:
    claims = jwt.decode(token, options={"verify_signature": False})
    time_machine.move_to(claims["exp"] + 1)


def _disable(machine: Machine, token: str, time_machine) -> None:
    Client.objects.filter(pk=machine.client.pk).update(is_enabled=False)


def _remove(machine: Machine, token: str, time_machine) -> None:
    now = machine.client.created_at + timedelta(seconds=1)
    Client.objects.filter(pk=machine.client.pk).update(removed_at=now, is_enabled=False)


def _remove_secret(machine: Machine, token: str, time_machine) -> None:
    now = machine.client.created_at + timedelta(seconds=1)
    ClientSecret.objects.filter(pk=machine.secret.pk).update(removed_at=now)


def _revoke(machine: Machine, token: str, time_machine) -> None:
    active = active_token(token)
    assert active is not None
    revoke_token(active, now=machine.client.created_at + timedelta(seconds=1))


def _end_all(machine: Machine, token: str, time_machine) -> None:
    claims = jwt.decode(token, options={"verify_signature": False})
    actor = Actor.system(machine.client.tenant_id)
    later = datetime.fromtimestamp(claims["iat"] + 2, UTC)
    end_tokens(machine.client, actor=actor, now=later)


def _take_api(machine: Machine, token: str, time_machine) -> None:
    Client.objects.filter(pk=machine.client.pk).update(may_call_built_in=False)


def _remove_key(machine: Machine, token: str, time_machine) -> None:
    SigningKey.objects.update(state=SigningKey.State.REMOVED)


@pytest.mark.parametrize(
    ("change", "heading"),
    [
        (_expire, "Expired"),
        (_disable, "Client disabled"),
        (_remove, "Client removed"),
        (_remove_secret, "Secret removed"),
        (_revoke, "Revoked"),
        (_end_all, "Revoked"),
        (_take_api, "API not allowed"),
        (_remove_key, "Revoked with its signing key"),
    ],
)
def test_inspector_says_why_a_token_of_ours_is_not_valid(
    administrator, token: str, machine: Machine, change, heading: str, time_machine, now
) -> None:
    change(machine, token, time_machine)
    browser = Browser()
    browser.force_login(administrator)
    page = told(browser, token)

    assert f"<strong>{heading}</strong>" in page
    assert "<strong>Valid</strong>" not in page
    assert active_token(token) is None


def test_inspector_answers_for_a_token_of_another_tenant_as_for_a_forged_one(
    stranger_browser: Browser, stranger, token: str, administrator_browser: Browser
) -> None:
    foreign = told(stranger_browser, token)
    forged = told(stranger_browser, f"{token[:-5]}AAAAA")

    assert "<strong>Unknown</strong>" in foreign
    assert "<strong>Unknown</strong>" in told(administrator_browser, f"{token[:-5]}AAAAA")
    csrf = 'name="csrfmiddlewaretoken" value="'
    parts = [[p.partition('"')[2] for p in page.split(csrf)[1:]] for page in (foreign, forged)]
    assert parts[0] == parts[1]


@pytest.mark.parametrize("claims", [{"roles": ["Tenant Administrator"]}, {"exp": 4_000_000_000}])
def test_inspector_does_not_believe_a_changed_token(
    administrator_browser: Browser, token: str, claims: dict[str, object]
) -> None:
    page = told(administrator_browser, changed(token, **claims))

    assert "<strong>Unknown</strong>" in page
    assert "Unverified claims" in page


def test_inspector_names_another_issuer(administrator_browser: Browser, token: str) -> None:
    other = changed(token, iss="https://login.example.com/<x>")
    page = told(administrator_browser, other)

    assert "<strong>From another issuer</strong>" in page
    assert "https://login.example.com/&lt;x&gt;" in page
    assert conf.issuer() in page


NESTED = base64.urlsafe_b64encode(b"[" * 9000).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    ["", "abc", "a.b.c", "é.é.é", "\0", "x" * 20_000, f"eyJhbGciOiJub25lIn0.{NESTED}.", "e30.e30."],
)
def test_inspector_refuses_what_is_no_token(administrator_browser: Browser, text: str) -> None:
    reply = administrator_browser.post(PAGE, {"token": text})

    assert reply.status_code == 422 or "<strong>From another issuer</strong>" in text_of(reply)
    assert 'id="id_token_error"' in text_of(reply) or text == "e30.e30."


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256", "kid": "\0"},
        {"alg": "RS256", "kid": "x" * 9000},
        {"alg": "RS256", "kid": "é"},
        {"alg": "RS256", "jku": "https://evil.test/keys", "kid": "x"},
    ],
)
def test_inspector_trusts_no_header(administrator_browser: Browser, token: str, header) -> None:
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    page = told(administrator_browser, f"{head}.{token.split('.')[1]}.AAAA")

    assert "<strong>Unknown</strong>" in page


def test_inspector_keeps_nothing_of_the_token(
    administrator_browser: Browser,
    token: str,
    dump_of_every_table,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    signature = token.rpartition(".")[2]
    reply = administrator_browser.post(PAGE, {"token": token})

    assert signature not in text_of(reply)
    assert "no-store" in reply["Cache-Control"]
    assert signature not in dump_of_every_table()
    assert signature not in caplog.text
    contents = [SessionStore().decode(one.session_data) for one in Session.objects.all()]
    assert contents
    assert signature not in str(contents)


def test_inspector_is_asked_again_after_sign_in_without_the_token(
    administrator, token: str, client: Browser
) -> None:
    reply = client.post(PAGE, {"token": token})

    assert token.rpartition(".")[2] not in text_of(reply)


def test_verdict_is_active_exactly_where_the_token_is(
    machine: Machine, token: str, now, tenant
) -> None:
    other = make_client("Other", tenant, now=now)
    tokens = [token, token_of(SimpleNamespace(id=other.client.pk, plain=other.plain))]
    _disable(machine, token, None)
    for plain in tokens:
        found = inspect_token(plain, tenant_id=tenant.pk, at_s=now.timestamp())
        assert found is not None
        is_active = active_token(plain) is not None
        assert (found.verdict is Verdict.ACTIVE) is is_active
