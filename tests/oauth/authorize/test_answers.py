"""How the result goes back to the application: query, fragment, form; code and id token."""

import base64
import hashlib
import re
from datetime import datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client as Browser

from clients_app.models import Authorization, AuthorizationCode, Client, Person, SigningKey
from clients_app.services.signing_keys import private_keys
from clients_app.services.signing_keys.public_keys import published_jwks
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.conftest import browser_of
from tests.oauth.authorize.requests import (
    AUTHORIZE,
    HTTPS_CALLBACK,
    ISSUER,
    PRIVATE_CALLBACK,
    answer_of,
    ask,
    params_of,
    query_of,
)

pytestmark = [
    pytest.mark.one_database,  # its statements run on both elsewhere
    pytest.mark.usefixtures("hybrid", "first_party"),
]


@pytest.mark.both_databases
def test_code_goes_back_in_the_query_with_state_and_issuer(
    administrator_browser: Browser, administrator: Person, application: Client
) -> None:
    reply = ask(administrator_browser, params_of(application))

    answer = answer_of(reply)
    assert reply["Location"].startswith(f"{HTTPS_CALLBACK}&code=pac_")
    assert answer.members.keys() == {"tab", "code", "state", "iss"}
    assert (answer.members["iss"], answer.members["state"]) == (ISSUER, "af0ifjsldkj")
    authorization = Authorization.objects.get()
    assert (authorization.person, authorization.client) == (administrator, application)
    assert authorization.scope == "api openid profile"
    assert (authorization.nonce, authorization.amr) == ("n-0S6_WzA2Mj", "pwd")
    code = AuthorizationCode.objects.get()
    assert code.redirect_uri == HTTPS_CALLBACK
    assert answer.members["code"] not in code.digest


def test_log_has_neither_code_nor_state(
    administrator_browser: Browser, application: Client, caplog: pytest.LogCaptureFixture
) -> None:
    ask(administrator_browser, params_of(application))
    ask(administrator_browser, params_of(application, scope="everything"))

    assert "Authorize refused: invalid_scope" in caplog.text
    assert "pac_" not in caplog.text
    assert "af0ifjsldkj" not in caplog.text


def test_answer_without_state_has_none(administrator_browser: Browser, application: Client) -> None:
    answer = answer_of(ask(administrator_browser, params_of(application, state=None)))

    assert answer.members.keys() == {"tab", "code", "iss"}


def test_private_scheme_gets_the_answer(
    administrator_browser: Browser, application: Client
) -> None:
    reply = ask(administrator_browser, params_of(application, redirect_uri=PRIVATE_CALLBACK))

    assert reply["Location"].startswith(f"{PRIVATE_CALLBACK}?code=pac_")


def test_response_mode_fragment_is_honoured(
    administrator_browser: Browser, application: Client
) -> None:
    reply = ask(administrator_browser, params_of(application, response_mode="fragment"))

    assert reply["Location"].startswith(f"{HTTPS_CALLBACK}#code=pac_")


@pytest.mark.both_databases
@pytest.mark.parametrize("response_type", ["code id_token", "id_token code"])
def test_hybrid_gets_code_and_id_token_in_the_fragment(
    administrator_browser: Browser,
    administrator: Person,
    hybrid: Client,
    response_type: str,
    now: datetime,
) -> None:
    ensure_active_key(now=now)
    params = params_of(hybrid, response_type=response_type, code_challenge=None)
    params["code_challenge_method"] = None

    answer = answer_of(ask(administrator_browser, params))

    assert answer.mode == "fragment"
    assert answer.members.keys() == {"code", "id_token", "state", "iss"}
    key = jwt.PyJWKSet.from_dict(published_jwks()).keys[0]
    claims = jwt.decode(
        answer.members["id_token"], key, algorithms=["RS256"], audience=str(hybrid.pk)
    )
    half = hashlib.sha256(answer.members["code"].encode()).digest()[:16]
    assert claims["c_hash"] == base64.urlsafe_b64encode(half).decode().rstrip("=")
    assert (claims["iss"], claims["sub"]) == (ISSUER, str(administrator.pk))
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert "at_hash" not in claims


def test_form_post_page_sends_escaped_values_to_the_application_alone(
    administrator_browser: Browser, application: Client
) -> None:
    state = '"><script>alert(1)</script>'
    reply = ask(
        administrator_browser, params_of(application, response_mode="form_post", state=state)
    )

    text, policy = reply.content.decode(), reply["Content-Security-Policy"]
    assert reply.status_code == 200
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
    assert fields.keys() == {"code", "state", "iss"}
    assert unescape(fields["state"]) == state
    assert "<script>alert" not in text
    assert f'action="{HTTPS_CALLBACK}"' in text
    assert "form-action https://rooms.example;" in f"{policy};"
    nonce = re.search(r'<script nonce="([^"]+)">', text)
    assert nonce
    assert f"script-src 'self' 'nonce-{nonce[1]}';" in f"{policy};"
    assert "no-store" in reply["Cache-Control"]


def test_page_with_a_code_is_not_compressed(
    administrator_browser: Browser, application: Client
) -> None:
    query = query_of(params_of(application, response_mode="form_post"))
    for accepted in ("br", "gzip"):
        reply = administrator_browser.get(
            f"{AUTHORIZE}?{query}", headers={"Accept-Encoding": accepted}
        )
        assert "Content-Encoding" not in reply
        assert "pac_" in reply.content.decode()


def test_form_post_takes_errors_too(client: Browser, application: Client) -> None:
    reply = ask(client, params_of(application, response_mode="form_post", prompt="none"))

    assert 'name="error" value="login_required"' in reply.content.decode()


def test_form_of_another_site_comes_back_as_a_link(
    administrator_browser: Browser, application: Client
) -> None:
    reply = administrator_browser.post(
        "/identity/connect/authorize",
        "&".join(f"{name}=x y".replace(" ", "+") for name in ("client_id", "client_id", "state")),
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://rooms.example"},
    )

    assert reply.status_code == 303
    query = urlsplit(reply["Location"]).query
    assert parse_qs(query) == {"client_id": ["x y", "x y"], "state": ["x y"]}


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/json"])
def test_post_of_anything_but_a_form_gets_a_page(
    client: Browser, db: None, content_type: str
) -> None:
    reply = client.post("/identity/connect/authorize", b"{}", content_type=content_type)

    assert reply.status_code == 400
    assert "This sign-in cannot continue" in reply.content.decode()


def test_offline_access_is_dropped_for_a_client_without_refresh_tokens(
    administrator_browser: Browser, application: Client
) -> None:
    ask(administrator_browser, params_of(application, scope="openid offline_access"))

    assert Authorization.objects.get().scope == "openid"


def test_authorize_page_continues_a_session_like_any_page(
    administrator_browser: Browser, application: Client
) -> None:
    reply = ask(administrator_browser, params_of(application))

    assert int(reply["Session-Left"].split(";")[0]) > 1700


@pytest.mark.both_databases
def test_answer_of_a_person_of_another_browser_is_theirs(
    administrator_browser: Browser, colleague: Person, application: Client
) -> None:
    ask(administrator_browser, params_of(application))
    ask(browser_of(colleague), params_of(application))

    assert Authorization.objects.filter(person=colleague).count() == 1


@pytest.mark.parametrize("asked", [True, False])
def test_tenant_that_was_asked_for_is_the_acr(
    administrator_browser: Browser, application: Client, asked: bool
) -> None:
    tenant = f"tenant:{application.tenant_id}"
    values = f"urn:mace:silver {tenant}" if asked else "urn:mace:silver"
    ask(administrator_browser, params_of(application, acr_values=values))

    assert Authorization.objects.get().acr == (tenant if asked else "")


@pytest.mark.both_databases
def test_lost_signing_key_gets_an_error_and_leaves_no_code(
    administrator_browser: Browser, hybrid: Client, now: datetime
) -> None:
    params = params_of(hybrid, response_type="code id_token")
    ensure_active_key(now=now)
    private_keys.forget()
    SigningKey.objects.update(private_part=b"x" * 64)

    answer = answer_of(ask(administrator_browser, params))

    assert answer.members["error"] == "temporarily_unavailable"
    assert answer.members["state"] == params["state"]
    assert not Authorization.objects.exists()
