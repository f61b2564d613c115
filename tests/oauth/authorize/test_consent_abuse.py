"""Consent that is forged, sent again, or for another person or request."""

from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Authorization, Client, Consent, Person, Tenant
from tests.conftest import browser_of
from tests.factories import let_call, make_api
from tests.oauth.authorize.requests import (
    CONSENT,
    answer_of,
    ask,
    consent_form,
    decide,
    params_of,
    query_of,
)
from tests.oauth.authorize.test_consent import is_asked
from tests.responses import text_of


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["no token", "another origin", "another site"],
)
def test_forged_consent_is_refused(
    administrator: Person, application: Client, headers: dict[str, str]
) -> None:
    browser = browser_of(administrator)
    browser.handler.enforce_csrf_checks = True
    form = consent_form(ask(browser, params_of(application)))
    sent: dict[str, Any] = {**form.hidden, "decision": "allow"}
    if not headers:
        del sent["csrfmiddlewaretoken"]

    assert browser.post(form.action, sent, headers=headers).status_code == 403
    assert not Consent.objects.exists()
    assert not Authorization.objects.exists()
    sent = {**form.hidden, "decision": "allow"}
    assert browser.post(form.action, sent).status_code == 303


@pytest.mark.both_databases
def test_replayed_consent_only_asks_again(
    administrator_browser: Browser, application: Client
) -> None:
    page = ask(administrator_browser, params_of(application))
    decide(administrator_browser, page)
    Consent.objects.all().delete()

    again = decide(administrator_browser, page)

    assert again["Location"].startswith("/identity/connect/authorize?")
    assert is_asked(administrator_browser.get(again["Location"]))
    assert Authorization.objects.count() == 1


@pytest.mark.parametrize("sent", [{}, {"decision": "yes"}, {"decision": "allow"}])
def test_form_without_decision_or_key_only_asks_again(
    administrator_browser: Browser, application: Client, sent: dict[str, str]
) -> None:
    address = f"{CONSENT}?{query_of(params_of(application))}"
    reply = administrator_browser.post(address, sent)

    assert reply["Location"].startswith("/identity/connect/authorize?")
    assert administrator_browser.get(address)["Location"] == reply["Location"]
    assert not Consent.objects.exists()


def test_consent_after_the_session_ended_signs_in_first(
    administrator_browser: Browser, application: Client
) -> None:
    page = ask(administrator_browser, params_of(application))
    administrator_browser.session.flush()

    assert decide(administrator_browser, page)["Location"].startswith("/sign-in?next=")
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("change", "status"), [("client_id", 400), ("redirect_uri", 400), ("scope", 303)]
)
def test_consent_checks_the_request_again(
    administrator_browser: Browser, application: Client, change: str, status: int
) -> None:
    page = ask(administrator_browser, params_of(application))
    changed = query_of(params_of(application, **{change: "x"}))
    form = consent_form(page)

    reply = administrator_browser.post(f"{CONSENT}?{changed}", {**form.hidden, "decision": "allow"})

    assert reply.status_code == status
    assert "error=invalid_scope" in reply.get("Location", "error=invalid_scope")
    assert not Consent.objects.exists()


def test_allow_is_for_what_the_page_said(
    administrator_browser: Browser, application: Client, tenant: Tenant
) -> None:
    api = make_api("Meters", tenant, "read", "write", identifier="https://meters.example")
    let_call(application, api, Meters="read")
    params = params_of(application, scope="openid", resource="https://meters.example")
    page = ask(administrator_browser, params)
    let_call(application, api)  # meanwhile

    again = decide(administrator_browser, page)

    assert again["Location"].startswith("/identity/connect/authorize?")
    assert not Consent.objects.exists()
    page = administrator_browser.get(again["Location"])
    assert ">write</code>" in text_of(page)
    assert answer_of(decide(administrator_browser, page)).members["code"]


@pytest.mark.parametrize(
    "change",
    [{"scope": "openid email profile api"}, {"redirect_uri": "http://127.0.0.1:1/callback"}],
)
def test_allow_of_one_request_is_not_for_another(
    administrator_browser: Browser, application: Client, change: dict[str, str]
) -> None:
    form = consent_form(ask(administrator_browser, params_of(application)))
    changed = query_of(params_of(application, **change))

    reply = administrator_browser.post(f"{CONSENT}?{changed}", {**form.hidden, "decision": "allow"})

    assert reply["Location"] == f"/identity/connect/authorize?{changed}"
    assert not Consent.objects.exists()


def test_allow_of_one_person_is_not_for_the_next(
    administrator_browser: Browser, colleague_browser: Browser, application: Client
) -> None:
    page = ask(administrator_browser, params_of(application))

    reply = decide(colleague_browser, page)

    assert reply["Location"].startswith("/identity/connect/authorize?")
    assert not Consent.objects.exists()
