"""Single sign-on: who is signed in, with which roles, and what a provider cannot lie about."""

import json
from dataclasses import replace

import pytest
from django.test import Client as Browser

from tests.factories import give_app
from tests.identity.guesses import sign_in
from tests.identity.sign_on_visits import (
    START,
    actions,
    address_after,
    is_signed_in,
    last_event,
    visit,
)
from tests.portal_process import PASSWORD
from tests.responses import text_of

pytestmark = [pytest.mark.usefixtures("nothing_noted"), pytest.mark.one_database]


def test_sign_in_page_has_a_button_for_each_provider(client, sign_on, settings):
    settings.SIGN_ON_PROVIDERS = (sign_on, replace(sign_on, id="2", name="Second <b>"))

    text = text_of(client.get("/sign-in?next=/security/roles"))

    assert "Sign in with Example" in text
    assert "Sign in with Second &lt;b&gt;" in text
    assert f'action="{START}"' in text


def test_sign_on_sends_all_that_protects_the_answer(client, provider, sign_on):
    provider.authorize(address_after(client.post(START)))

    asked = provider.asked
    assert asked["response_type"] == "code"
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
    assert asked["redirect_uri"] == "http://localhost:8000/sign-in/with/1/return"
    assert "prompt" not in asked


def test_sign_on_with_a_verified_email_signs_the_person_in(client, provider, mara):
    reply = visit(client, provider, next="/security/roles?x=1")

    assert (reply.status_code, reply["Location"]) == (303, "/security/roles?x=1")
    assert is_signed_in(client)
    assert last_event().action == "person.signed.in"
    assert json.loads(last_event().canonical)["after"] == {"provider": "Example"}
    assert "person.account.linked" in actions()


def test_sign_on_afterwards_finds_the_person_by_subject(provider, mara):
    visit(Browser(), provider)
    provider.claims = {"email": "new@example.com", "email_verified": False}
    browser = Browser()

    visit(browser, provider)

    assert is_signed_in(browser)


def test_sign_on_gives_the_session_a_new_key(client, provider, mara):
    back = provider.authorize(address_after(client.post(START)))
    before = client.session.session_key

    client.get(back)

    assert client.session.session_key != before
    fixed = Browser()
    fixed.cookies["sessionid"] = before
    assert not is_signed_in(fixed)


def test_sign_on_begins_with_a_post_only(client, provider, sign_on):
    assert client.get(START).status_code == 303
    assert client.post("/sign-in/with/2").status_code == 404
    assert Browser(enforce_csrf_checks=True).post(START).status_code == 403
    assert provider.requests == []


@pytest.mark.parametrize("to", ["//evil.test", "https://evil.test", "/\\evil.test"])
def test_sign_on_leads_only_to_own_pages(client, provider, mara, to):
    assert visit(client, provider, next=to)["Location"] == "/"


def test_second_factor_of_the_portal_is_asked_too(client, provider, mara):
    give_app(mara)

    reply = visit(client, provider, next="/security/roles")

    assert "Enter your code" in text_of(reply)
    assert not is_signed_in(client)


def test_provider_that_does_not_answer_holds_up_one_page_only(client, provider, mara, monkeypatch):
    monkeypatch.setattr("clients_app.identity.sign_on.adapter.LONGEST_S", 0.2)
    provider.stuck.clear()

    replies = [client.post(START) for _ in range(3)]

    assert [reply.status_code for reply in replies] == [503] * 3
    assert "Example does not answer. Try again in a minute." in text_of(replies[0])
    assert len(provider.requests) == 1


def test_password_form_is_closed_where_sign_on_is_the_only_way(client, mara, settings):
    settings.SIGN_ON_ONLY = True

    page, reply = (
        client.get("/sign-in"),
        client.post("/sign-in", {"login": "mara", "password": PASSWORD}),
    )

    assert 'name="password"' not in text_of(page)
    assert "Sign in with Example" in text_of(page)
    assert reply.status_code == 403
    assert not is_signed_in(client)
    assert client.post("/forgot-password", {"email": "mara@example.com"}).status_code == 405


def test_return_of_a_person_who_signed_in_meanwhile_changes_nothing(
    client, provider, mara, colleague
):
    address = provider.authorize(address_after(client.post(START, {"next": "/account"})))
    assert sign_in(on=client).status_code == 303

    reply = client.get(address)

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert reply.wsgi_request.user == colleague
    assert "person.account.linked" not in actions()


@pytest.mark.both_databases
def test_account_of_somebody_without_a_password_asks_for_none(client, provider, mara):
    with_password = Browser()
    visit(with_password, provider)
    assert "Current password" in text_of(with_password.get("/account"))
    mara.refresh_from_db()
    mara.set_unusable_password()
    mara.save()

    visit(client, provider)

    page = text_of(client.get("/account"))
    assert "You sign in without one, by single sign-on." in page
    assert "Current password" not in page
