"""The sign-in on the way to an application: it goes on, and when it is asked for again."""

import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app.models import Authorization, Client, Person
from tests.conftest import browser_of
from tests.factories import code_of, give_app
from tests.oauth.authorize.requests import TO_ROOMS, answer_of, ask, csp_of, next_of, params_of
from tests.portal_process import PASSWORD
from tests.responses import value_of
from tests.soft_authenticator import add_passkey, options_for, use

pytestmark = [
    pytest.mark.one_database,  # its statements run on both elsewhere
    pytest.mark.usefixtures("first_party"),
]


@pytest.mark.both_databases
def test_sign_in_leads_to_the_application(
    client: Browser, administrator: Person, application: Client
) -> None:
    asked = ask(client, params_of(application))
    page = client.get(asked["Location"])
    assert asked["Location"].startswith("/sign-in?next=")
    assert "You continue to Rooms." in page.content.decode()
    assert TO_ROOMS in csp_of(page)
    assert page["Cross-Origin-Opener-Policy"] == "unsafe-none"

    typed = {"login": "mara", "password": PASSWORD, "next": unescape(value_of("next", page) or "")}
    signed_in = client.post("/sign-in", typed)
    assert signed_in.status_code == 303
    assert answer_of(client.get(signed_in["Location"])).members["code"].startswith("pac_")


def test_long_request_survives_the_sign_in(
    client: Browser, administrator: Person, application: Client
) -> None:
    state = '"' * 2000
    asked = ask(client, params_of(application, state=state))
    page = client.get(asked["Location"])
    assert "You continue to Rooms." in page.content.decode()

    typed = {"login": "mara", "password": PASSWORD, "next": next_of(asked)}
    signed_in = client.post("/sign-in", typed)
    assert answer_of(client.get(signed_in["Location"])).members["state"] == state


def test_wrong_password_keeps_the_way_to_the_application(
    client: Browser, administrator: Person, application: Client
) -> None:
    to = next_of(ask(client, params_of(application)))
    page = client.post("/sign-in", {"login": "mara", "password": "wrong", "next": to})

    assert page.status_code == 422
    assert unescape(value_of("next", page) or "") == to
    assert "You continue to Rooms." in page.content.decode()
    assert TO_ROOMS in csp_of(page)


def test_second_factor_is_on_the_way(
    client: Browser, administrator: Person, application: Client
) -> None:
    secret = give_app(administrator)
    to = next_of(ask(client, params_of(application)))
    page = client.post("/sign-in", {"login": "mara", "password": PASSWORD, "next": to})
    assert "Enter your code" in page.content.decode()
    assert TO_ROOMS in csp_of(page)

    done = client.post("/sign-in/code", {"code": code_of(secret), "next": to})
    answer_of(client.get(done["Location"]))
    assert Authorization.objects.get().amr == "mfa otp pwd"


def test_passkey_goes_on_to_the_application(
    client: Browser, administrator: Person, application: Client
) -> None:
    """RFC 8176: a key was proved, and the device verified its person."""
    passkey = add_passkey(browser_of(administrator))[0]
    to = next_of(ask(client, params_of(application)))
    answer = use(passkey, options_for(client, "sign-in"))

    done = client.post("/sign-in/passkey", {"passkey": answer, "next": to})

    assert TO_ROOMS in csp_of(done)
    answer_of(client.get(done["Location"]))
    assert Authorization.objects.get().amr == "mfa pop"


@pytest.mark.parametrize(
    "to",
    [
        "/security/clients",
        "/identity/connect/authorize?client_id=x&redirect_uri=https://rooms.example",
    ],
)
def test_other_sign_ins_lead_to_no_application(client: Browser, db: None, to: str) -> None:
    page = client.get("/sign-in", {"next": to})

    assert "form-action 'self';" in csp_of(page)
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "You continue to" not in page.content.decode()


def test_sign_in_page_allows_no_unregistered_address(client: Browser, application: Client) -> None:
    to = next_of(ask(client, params_of(application)))
    forged = re.sub("rooms.example", "evil.example", to)

    assert "form-action 'self';" in csp_of(client.get("/sign-in", {"next": forged}))


def test_login_hint_fills_in_the_username(client: Browser, application: Client) -> None:
    page = client.get(ask(client, params_of(application, login_hint="mara"))["Location"])

    assert value_of("login", page) == "mara"


def test_prompt_none_shows_no_sign_in(client: Browser, application: Client) -> None:
    members = answer_of(ask(client, params_of(application, prompt="none"))).members

    assert members["error"] == "login_required"


def test_other_account_signs_out_and_goes_on(
    administrator_browser: Browser, colleague: Person, application: Client
) -> None:
    to = next_of(ask(administrator_browser, params_of(application, prompt="login")))
    left = administrator_browser.post("/sign-out", {"next": to})
    assert left["Location"].startswith("/sign-in?next=%2Fidentity")

    typed = {"login": "jonas", "password": PASSWORD, "next": to}
    done = administrator_browser.post("/sign-in", typed)
    answer_of(administrator_browser.get(done["Location"]))
    assert Authorization.objects.get().person == colleague


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_sign_out_goes_to_no_other_site(administrator_browser: Browser, to: str) -> None:
    page = administrator_browser.post("/sign-out", {"next": to})

    assert page["Location"].startswith("/sign-in")
    assert value_of("next", administrator_browser.get(page["Location"])) == "/"


@pytest.mark.both_databases
def test_person_who_must_set_up_a_factor_does_so_first(
    administrator_browser: Browser, administrator: Person, application: Client
) -> None:
    tenant = administrator.tenant
    tenant.mfa_for_administrators = True
    tenant.save()

    reply = ask(administrator_browser, params_of(application))
    assert reply["Location"].startswith("/account/authenticator?next=")
    page = administrator_browser.get(reply["Location"]).content.decode()
    secret = re.findall(r'id="id_key"[^>]*>([A-Z2-7]+)<', page)[0]
    done = administrator_browser.post("/account/authenticator", {"code": code_of(secret)})
    onwards = re.findall(r'href="(/identity/connect/authorize[^"]*)"', done.content.decode())
    assert answer_of(administrator_browser.get(unescape(onwards[0]))).members["code"]
    Authenticator.objects.all().delete()
    silent = ask(administrator_browser, params_of(application, prompt="none"))
    assert answer_of(silent).members["error"] == "interaction_required"


@pytest.mark.both_databases
def test_person_of_another_tenant_gets_a_page_and_a_way_back(
    stranger_browser: Browser, application: Client
) -> None:
    page = ask(stranger_browser, params_of(application))
    text = page.content.decode()
    assert page.status_code == 403
    assert "Rooms is for people of Herons Ltd" in text
    assert "Use another account" in text

    address = unescape(re.findall(r'action="(/identity/connect/consent[^"]*)"', text)[0])
    back = answer_of(stranger_browser.post(address, {"decision": "cancel"}))
    assert back.members["error"] == "access_denied"
    allowed = stranger_browser.post(address, {"decision": "allow", "form_key": "k" * 24})
    assert allowed.status_code == 403
    silent = answer_of(ask(stranger_browser, params_of(application, prompt="none")))
    assert silent.members["error"] == "access_denied"
    assert not Authorization.objects.exists()
