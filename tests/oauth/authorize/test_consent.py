"""The consent page: what it says, when it is shown, and what Allow and Cancel do."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from clients_app.models import Client, Consent, Person, Tenant
from tests.factories import let_call, make_api
from tests.oauth.authorize.requests import answer_of, ask, decide, params_of
from tests.responses import text_of

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere


def is_asked(reply: HttpResponse) -> bool:
    return reply.status_code == 200 and "Allow Rooms?" in text_of(reply)


@pytest.mark.both_databases
def test_page_says_who_asks_for_what(administrator_browser: Browser, application: Client) -> None:
    Client.objects.update(
        client_uri="https://rooms.example/about",
        logo_uri="https://cdn.example/logo.png",
        allow_refresh_token=True,
    )
    scope = "openid profile email offline_access api"
    page = ask(administrator_browser, params_of(application, scope=scope))

    text = re.sub(r"<[^>]+>", "", text_of(page))
    assert is_asked(page)
    for said in (
        "An application of Herons Ltd.",
        "https://rooms.example/about",
        "Know which account of this portal is yours, and your roles",
        "See your name and username",
        "See your email address",
        "Keep access while you do not use it",
        "At Built-in API, as you and with your roles",
        "Access ends 8 hours after you allow it, at the latest.",
        "Signed in as mara.",
        "You go back to https://rooms.example.",
    ):
        assert said in text, said
    assert '<img class="app-logo" src="https://cdn.example/logo.png" alt=""' in text_of(page)
    policy = f"{page['Content-Security-Policy']};"
    assert "img-src 'self' data: https://cdn.example;" in policy
    assert "form-action 'self' https://rooms.example;" in policy
    assert "frame-ancestors 'none';" in policy
    assert page["X-Frame-Options"] == "DENY"
    assert "no-store" in page["Cache-Control"]


@pytest.mark.both_databases
def test_page_names_the_api_and_describes_its_scopes(
    administrator_browser: Browser, application: Client, tenant: Tenant
) -> None:
    api = make_api("Meters", tenant, "read", "write", identifier="https://meters.example")
    api.scopes.filter(name="read").update(description="Read all <meters>")
    let_call(application, api)

    page = ask(administrator_browser, params_of(application, scope="read write"))

    text = text_of(page)
    assert "At Meters, as you and with your roles" in text
    assert "Read all &lt;meters&gt; <code" in text
    assert ">write</code>" in text
    assert "It wants to" not in text


@pytest.mark.both_databases
@pytest.mark.both_databases
def test_allow_sends_the_code_and_is_remembered(
    administrator_browser: Browser, administrator: Person, application: Client
) -> None:
    params = params_of(application)
    allowed = decide(administrator_browser, ask(administrator_browser, params))

    assert answer_of(allowed).members["code"].startswith("pac_")
    assert Consent.objects.filter(person=administrator, client=application).count() == 2
    assert answer_of(ask(administrator_browser, params)).members["code"]
    less = params_of(application, scope="openid")
    assert answer_of(ask(administrator_browser, less)).members["code"]
    assert is_asked(ask(administrator_browser, params_of(application, scope="openid email")))


def test_consent_of_one_person_is_not_that_of_another(
    administrator_browser: Browser, colleague_browser: Browser, application: Client
) -> None:
    decide(administrator_browser, ask(administrator_browser, params_of(application)))

    assert is_asked(ask(colleague_browser, params_of(application)))


def test_cancel_is_access_denied_and_changes_nothing(
    administrator_browser: Browser, application: Client
) -> None:
    page = ask(administrator_browser, params_of(application))
    members = answer_of(decide(administrator_browser, page, "cancel")).members

    assert (members["error"], members["state"]) == ("access_denied", "af0ifjsldkj")
    assert not Consent.objects.exists()
    assert is_asked(ask(administrator_browser, params_of(application)))


@pytest.mark.parametrize("prompt", ["consent", "select_account", "login consent"])
def test_prompt_asks_in_spite_of_an_earlier_consent(
    administrator_browser: Browser, application: Client, prompt: str
) -> None:
    Client.objects.update(skips_consent=True)
    reply = ask(administrator_browser, params_of(application, prompt=prompt))

    assert is_asked(reply) is ("login" not in prompt)
    assert "code" not in reply.get("Location", "").partition("?")[2].split("=")


def test_prompt_consent_ends_with_the_consent(
    administrator_browser: Browser, application: Client
) -> None:
    page = ask(administrator_browser, params_of(application, prompt="consent"))

    assert answer_of(decide(administrator_browser, page)).members["code"]


def test_prompt_none_without_a_consent_is_refused(
    administrator_browser: Browser, application: Client
) -> None:
    reply = ask(administrator_browser, params_of(application, prompt="none"))

    assert answer_of(reply).members["error"] == "consent_required"


def test_first_party_application_asks_nobody(
    administrator_browser: Browser, application: Client
) -> None:
    Client.objects.update(skips_consent=True)

    assert answer_of(ask(administrator_browser, params_of(application))).members["code"]
    assert not Consent.objects.exists()
