"""Account > Applications: what a person allowed, and how they withdraw it."""

import pytest

from clients_app.models import AuditEvent, Authorization, Client, Consent
from clients_app.services.authorizations.endings import EndedWhy
from tests.factories import let_call, make_api, make_application
from tests.moments import NOW
from tests.oauth.authorize.requests import ask, decide, params_of
from tests.responses import text_of


@pytest.fixture
def application(tenant):
    return make_application("Rooms", tenant)


def withdraw(browser, client):
    return browser.post(f"/account/applications/{client.pk}/withdraw")


def test_account_without_applications_says_so(administrator_browser):
    text = text_of(administrator_browser.get("/account"))

    assert "You have not allowed any application to act for you." in text


@pytest.mark.both_databases
def test_account_lists_what_was_allowed(administrator_browser, colleague_browser, application):
    api = make_api("Meters", application.tenant, "read", identifier="https://meters.example")
    let_call(application, api)
    scope = "openid profile read"
    decide(administrator_browser, ask(administrator_browser, params_of(application, scope=scope)))

    text = text_of(administrator_browser.get("/account"))
    assert "<h3>Rooms</h3>" in text
    assert "See your name and username" in text
    assert 'Meters <code translate="no">read</code>' in text
    assert "No token yet." in text
    Authorization.objects.update(last_token_at=NOW)
    assert "Last token <time" in text_of(administrator_browser.get("/account"))
    assert "Rooms" not in text_of(colleague_browser.get("/account"))


@pytest.mark.both_databases
def test_withdraw_ends_tokens_and_asks_again(administrator_browser, application):
    decide(administrator_browser, ask(administrator_browser, params_of(application)))

    reply = withdraw(administrator_browser, application)

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert "Rooms may no longer act for you." in text_of(administrator_browser.get("/account"))
    assert not Consent.objects.exists()
    assert Authorization.objects.get().ended_why == EndedWhy.WITHDRAWN
    assert AuditEvent.objects.filter(action="client.consent.withdrawn").count() == 1
    assert ask(administrator_browser, params_of(application)).status_code == 200


def test_first_party_application_is_listed_while_it_acts(administrator_browser, application):
    Client.objects.update(skips_consent=True)
    ask(administrator_browser, params_of(application))
    assert "which asks nobody" in text_of(administrator_browser.get("/account"))

    withdraw(administrator_browser, application)
    assert Authorization.objects.get().ended_why == EndedWhy.WITHDRAWN
    assert "which asks nobody" not in text_of(administrator_browser.get("/account"))


def test_nobody_withdraws_for_others(administrator_browser, stranger_browser, application):
    decide(administrator_browser, ask(administrator_browser, params_of(application)))

    assert withdraw(stranger_browser, application).status_code == 404
    assert Consent.objects.exists()


def test_removed_application_is_not_listed(administrator_browser, application, now):
    decide(administrator_browser, ask(administrator_browser, params_of(application)))
    Client.objects.update(removed_at=now)

    assert "Rooms" not in text_of(administrator_browser.get("/account"))
    assert withdraw(administrator_browser, application).status_code == 404
