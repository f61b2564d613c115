"""Confirm your identity at the provider of the session: the person must sign in there again."""

import time

import pytest
from django.test import Client as Browser

from clients_app.identity.sign_on.people import link_account
from clients_app.models import Client, Person
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.actors import command_line_in
from tests.factories import give_app, make_person
from tests.identity.sign_on_visits import address_after, last_event, visit
from tests.responses import HTMX, text_of, value_of

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

ADD = "/security/clients/add"
HOUR_S = 3600


@pytest.fixture
def browser(tenant, sign_on, provider):
    """Mara's browser, signed in at the provider an hour after the last proof there."""
    make_person("mara", tenant, TENANT_ADMINISTRATOR, email="mara@example.com")
    provider.claims = {"auth_time": int(time.time()) - HOUR_S}
    browser = Browser()
    visit(browser, provider)
    provider.claims = {}
    return browser


def back_from(browser, provider, reply):
    return browser.get(provider.authorize(address_after(reply)))


def test_window_asks_to_sign_in_at_the_provider_again(browser):
    text = text_of(browser.get(ADD))

    assert "Confirm your identity" in text
    assert "Continue to Example" in text
    assert 'type="password"' not in text


def test_proof_at_the_provider_opens_the_window(browser, provider):
    reply = back_from(browser, provider, browser.post(ADD, {"proof_for": "GET"}))

    assert (provider.asked["prompt"], provider.asked["max_age"]) == ("login", "0")
    assert (reply.status_code, reply["Location"]) == (303, ADD)
    assert "Confirm your identity" not in text_of(browser.get(ADD))
    assert last_event().action == "session.confirmed"


def test_proof_at_the_provider_keeps_what_was_typed(browser, provider):
    typed = {"name": "Wind park", "proof_for": "POST"}

    reply = back_from(browser, provider, browser.post(ADD, typed))

    assert reply.status_code == 200
    assert value_of("name", reply) == "Wind park"
    assert Client.objects.count() == 0


def test_proof_in_a_window_of_a_page_leads_the_page_to_the_provider(browser, provider):
    reply = browser.post(ADD, {"proof_for": "GET"}, headers=HTMX)

    assert reply["HX-Redirect"].startswith(f"{provider.issuer}/authorize?")


@pytest.mark.parametrize(
    "claims",
    [
        {"auth_time": None},
        {"auth_time": int(time.time()) - HOUR_S},
        {"auth_time": int(time.time()) + HOUR_S},
        {"auth_time": "now"},
        {"sub": "subject-2"},
        {"nonce": "x" * 43},
    ],
)
def test_proof_that_is_old_or_of_somebody_else_is_refused(browser, provider, claims):
    provider.claims = claims

    reply = back_from(browser, provider, browser.post(ADD, {"proof_for": "GET"}))

    assert reply.status_code == 403
    assert "Your identity is not confirmed" in text_of(reply)
    assert "Confirm your identity" in text_of(browser.get(ADD))
    assert last_event().action == "sign-on.refused"


def test_proof_is_not_taken_in_the_session_of_another_person(browser, provider, tenant):
    back = provider.authorize(address_after(browser.post(ADD, {"proof_for": "GET"})))
    browser.post("/sign-out")

    assert browser.get(back).status_code == 403
    assert browser.get("/account").status_code == 303


def test_fresh_sign_in_at_the_provider_is_a_proof(tenant, sign_on, provider):
    make_person("mara", tenant, TENANT_ADMINISTRATOR, email="mara@example.com")
    browser = Browser()

    visit(browser, provider)

    assert "Confirm your identity" not in text_of(browser.get(ADD))


def test_sign_in_at_a_provider_that_is_silent_about_it_is_no_proof(tenant, sign_on, provider):
    make_person("mara", tenant, TENANT_ADMINISTRATOR, email="mara@example.com")
    provider.claims = {"auth_time": None}
    browser = Browser()

    visit(browser, provider)

    assert "Confirm your identity" in text_of(browser.get(ADD))


def test_person_with_an_authenticator_app_confirms_with_its_code(browser):
    give_app(Person.objects.get(username="mara"))

    text = text_of(browser.get(ADD))

    assert "Enter a code." in text
    assert "Example" not in text


def test_old_proof_is_renewed_for_an_application_too(browser, provider):
    page = text_of(browser.get("/sign-in/again?next=/security/roles"))
    reply = browser.post("/sign-in/again", {"next": "/security/roles"})

    assert "You sign in to Example again" in page
    assert back_from(browser, provider, reply)["Location"] == "/security/roles"


def test_admin_site_asks_to_sign_in_at_the_provider_again(tenant, sign_on, provider, now):
    person = make_person("mara", tenant, TENANT_ADMINISTRATOR, is_staff=True)
    link_account(person, sign_on, "subject-1", actor=command_line_in(tenant), now=now)
    browser, page = Browser(), "/admin/clients_app/client/add/"
    provider.claims = {"auth_time": None}
    visit(browser, provider)
    provider.claims = {}
    assert "Sign in to Example again." in text_of(browser.get(page))

    reply = back_from(browser, provider, browser.post(page, {"proof_for": "GET"}))

    assert reply["Location"] == page
    assert "Sign in to Example again." not in text_of(browser.get(page))
