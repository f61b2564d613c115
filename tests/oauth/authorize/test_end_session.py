"""The end session endpoint: it asks first, and goes back only to registered addresses."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from clients_app.models import Authorization, Client, Person, Tenant
from tests.conftest import browser_of
from tests.factories import make_application
from tests.oauth.authorize.requests import ask, params_of

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

END = "/identity/connect/endsession"
BYE = "https://rooms.example/bye"


@pytest.fixture
def application(tenant: Tenant) -> Client:
    return make_application("Rooms", tenant, logout_uris=(BYE,), skips_consent=True)


def end(browser: Browser, **params: str) -> HttpResponse:
    return browser.get(f"{END}?{urlencode(params)}")


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


@pytest.mark.both_databases
def test_id_token_of_the_person_signs_them_out_at_once(
    administrator_browser: Browser, hint: str
) -> None:
    reply = end(
        administrator_browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="a b"
    )

    assert (reply.status_code, reply["Location"]) == (303, f"{BYE}?state=a+b")
    assert not is_signed_in(administrator_browser)


@pytest.mark.parametrize("named", ["client", "nobody", "hint of another person"])
def test_without_a_proof_a_page_asks_first(
    administrator_browser: Browser,
    colleague_browser: Browser,
    application: Client,
    hint: str,
    named: str,
) -> None:
    browser = administrator_browser if named != "hint of another person" else colleague_browser
    params = {
        "client": {"client_id": str(application.pk), "post_logout_redirect_uri": BYE},
        "nobody": {},
        "hint of another person": {"id_token_hint": hint, "post_logout_redirect_uri": BYE},
    }[named]

    page = end(browser, **params)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Sign out of Portal?" in text
    assert ("Rooms asks to sign you out." in text) is (named != "nobody")
    assert is_signed_in(browser)

    address = unescape(re.findall(r'action="([^"]*endsession/confirmed[^"]*)"', text)[0])
    assert browser.get(address).status_code == 303
    assert is_signed_in(browser)
    left = browser.post(address)
    assert left["Location"] == (BYE if named != "nobody" else "/sign-in")
    assert not is_signed_in(browser)


def test_confirmation_of_another_site_is_refused(
    administrator: Person, application: Client
) -> None:
    browser = browser_of(administrator)
    browser.handler.enforce_csrf_checks = True

    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post(f"{END}/confirmed", headers=headers).status_code == 403
    assert is_signed_in(browser)


def test_person_who_is_signed_out_goes_back_at_once(client: Browser, application: Client) -> None:
    reply = end(client, client_id=str(application.pk), post_logout_redirect_uri=BYE)

    assert reply["Location"] == BYE


BAD: dict[str, dict[str, Any]] = {
    "unregistered address": {"post_logout_redirect_uri": "https://evil.example"},
    "redirect URL": {"post_logout_redirect_uri": "https://rooms.example/callback?tab=1"},
    "address with a slash": {"post_logout_redirect_uri": f"{BYE}/"},
    "address in capitals": {"post_logout_redirect_uri": BYE.upper()},
    "address with a fragment": {"post_logout_redirect_uri": f"{BYE}#x"},
    "address of nobody": {"client_id": None},
    "unknown client": {"client_id": "4a0b8e2e-1111-4d6c-9f43-0123456789ab"},
    "client twice": {"client_id": ["x", "x"]},
    "forged hint": {"id_token_hint": "e30.e30.e30"},
    "unsigned hint": {"id_token_hint": "eyJhbGciOiJub25lIn0.e30."},
    "state with a line break": {"state": "a\r\nb"},
    "long state": {"state": "a" * 2001},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_bad_request_gets_a_page_and_signs_nobody_out(
    administrator_browser: Browser, application: Client, changes: dict[str, Any]
) -> None:
    params = {"client_id": str(application.pk), "post_logout_redirect_uri": BYE, **changes}
    query = urlencode({name: one for name, one in params.items() if one}, doseq=True)

    for reply in (
        administrator_browser.get(f"{END}?{query}"),
        administrator_browser.post(f"{END}/confirmed?{query}"),
    ):
        assert reply.status_code == 400
        assert "This sign-out cannot continue" in reply.content.decode()
    assert is_signed_in(administrator_browser)


def test_hint_of_another_client_is_refused(
    administrator_browser: Browser, hint: str, tenant: Tenant
) -> None:
    other = make_application("Shifts", tenant)

    assert (
        end(administrator_browser, id_token_hint=hint, client_id=str(other.pk)).status_code == 400
    )
    assert is_signed_in(administrator_browser)


def test_form_of_another_site_comes_back_as_a_link(
    administrator_browser: Browser, application: Client
) -> None:
    reply = administrator_browser.post(
        END,
        f"client_id={application.pk}",
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert reply["Location"] == f"{END}?client_id={application.pk}"
    assert is_signed_in(administrator_browser)


@pytest.mark.both_databases
def test_sign_out_ends_what_was_allowed_in_the_session(
    administrator_browser: Browser, application: Client
) -> None:
    Client.objects.update(allow_refresh_token=True)
    ask(administrator_browser, params_of(application))
    ask(administrator_browser, params_of(application, scope="openid offline_access"))

    administrator_browser.post("/sign-out")

    ended = {one.scope: bool(one.ended_at) for one in Authorization.objects.all()}
    assert ended == {"api openid profile": True, "offline_access openid": False}
