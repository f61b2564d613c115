"""Single sign-on: who is signed in, with which roles, and what a provider cannot lie about."""

import json
from dataclasses import replace

import pytest
from django.test import Client as Browser

from clients_app.identity.sign_on.people import link_account
from clients_app.models import Person
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services import failure_limits
from clients_app.services.activity import refused_attempts
from clients_app.services.people.accounts import set_active
from tests.actors import command_line_in
from tests.factories import give_app, make_person, make_tenant
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


@pytest.fixture(autouse=True)
def _nothing_noted(db):
    refused_attempts.forget()
    failure_limits.reset()


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


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": "else@example.com"},
    ],
)
def test_sign_on_without_a_verified_email_of_somebody_is_refused(client, provider, mara, claims):
    provider.claims = claims
    people = Person.objects.count()

    reply = visit(client, provider)

    assert reply.status_code == 403
    assert "Nobody here has your account at Example." in text_of(reply)
    assert not is_signed_in(client)
    assert Person.objects.count() == people
    assert last_event().action == "sign-on.refused"
    assert last_event().outcome == "refused"
    assert json.loads(last_event().canonical)["after"]["reason"].startswith("Example: ")


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


def test_account_of_a_deactivated_person_is_refused(client, provider, mara, colleague, now):
    make_person("other", mara.tenant, TENANT_ADMINISTRATOR)
    visit(Browser(), provider)
    set_active(mara, active=False, actor=command_line_in(mara.tenant), now=now)

    reply = visit(client, provider)

    assert "You cannot sign in any more." in text_of(reply)
    assert not is_signed_in(client)
    assert last_event().object_name == "mara"


def test_new_account_with_the_email_of_a_linked_person_is_refused(client, provider, mara):
    visit(Browser(), provider)
    provider.claims = {"sub": "subject-2"}

    assert visit(client, provider).status_code == 403
    assert not is_signed_in(client)


def test_staff_sign_on_only_if_the_command_line_linked_them(client, provider, mara, sign_on, now):
    Person.objects.filter(pk=mara.pk).update(is_staff=True)
    mara.refresh_from_db()
    assert "Staff sign in with their password." in text_of(visit(client, provider))

    link_account(mara, sign_on, "subject-1", actor=command_line_in(mara.tenant), now=now)
    visit(client, provider)

    assert is_signed_in(client)


def test_person_who_became_staff_no_longer_signs_on(provider, mara):
    visit(Browser(), provider)
    Person.objects.filter(pk=mara.pk).update(is_staff=True)
    browser = Browser()

    assert visit(browser, provider).status_code == 403
    assert not is_signed_in(browser)


def test_person_of_another_tenant_is_refused(client, provider, mara, sign_on, settings):
    make_tenant("Elsewhere")
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, tenant="Elsewhere"),)

    assert visit(client, provider).status_code == 403
    assert not is_signed_in(client)


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


@pytest.mark.parametrize(
    ("theirs", "brought", "fits"),
    [
        ("mara@example.com", "Mara@EXAMPLE.com", True),
        ("mara@strasse.example", "mara@straße.example", False),
        ("mara@straße.example", "mara@strasse.example", False),
        ("mara@example.com", "ｍara@example.com", False),  # noqa: RUF001  full width
        ("mark@example.com", "mar\N{KELVIN SIGN}@example.com", False),
        ("mara@straße.example", "mara@straße.example", True),
    ],
)
def test_email_with_letters_that_look_alike_is_another_one(
    client, provider, tenant, sign_on, theirs, brought, fits
):
    make_person("mara", tenant, email=theirs)
    provider.claims = {"email": brought}

    visit(client, provider)

    assert is_signed_in(client) == fits


def test_return_of_a_person_who_signed_in_meanwhile_changes_nothing(
    client, provider, mara, colleague
):
    address = provider.authorize(address_after(client.post(START, {"next": "/account"})))
    assert sign_in(on=client).status_code == 303

    reply = client.get(address)

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert reply.wsgi_request.user == colleague
    assert "person.account.linked" not in actions()


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


def test_person_who_names_themselves_by_the_email_of_another_is_refused(
    client, provider, mara, sign_on, settings
):
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, creates_people=True),)
    provider.claims = {"email": "new@example.com", "preferred_username": "MARA@example.com"}

    reply = visit(client, provider)

    assert reply.status_code == 403
    assert "Somebody here has your username or email address already." in text_of(reply)
    assert not is_signed_in(client)
