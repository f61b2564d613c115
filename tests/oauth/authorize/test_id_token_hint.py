"""``id_token_hint`` at the authorize endpoint: the application knows who it wants back."""

from datetime import datetime

import pytest
from django.test import Client as Browser

from clients_app.models import Authorization, Client, Person, Tenant
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tokens.id_tokens import issue_id_token
from tests.conftest import browser_of
from tests.factories import make_application
from tests.oauth.authorize.requests import answer_of, ask, decide, params_of


@pytest.fixture(autouse=True)
def _first_party(application: Client) -> None:
    Client.objects.update(skips_consent=True)


@pytest.fixture
def hint(administrator: Person, application: Client, now: datetime) -> str:
    """An ID token about Mara for Rooms."""
    key = ensure_active_key(now=now)
    ask(browser_of(administrator), params_of(application))
    return issue_id_token(Authorization.objects.get(), kid=key.kid, now=now)


@pytest.mark.parametrize("prompt", [None, "none"])
def test_person_of_the_hint_goes_back_at_once(
    administrator_browser: Browser, application: Client, hint: str, prompt: str | None
) -> None:
    params = params_of(application, id_token_hint=hint, prompt=prompt)

    assert answer_of(ask(administrator_browser, params)).members["code"]


def test_another_person_is_asked_which_account(
    colleague_browser: Browser, colleague: Person, application: Client, hint: str
) -> None:
    page = ask(colleague_browser, params_of(application, id_token_hint=hint))
    assert "Signed in as jonas." in page.content.decode()
    assert "Use another account" in page.content.decode()

    assert answer_of(decide(colleague_browser, page)).members["code"]
    silent = params_of(application, id_token_hint=hint, prompt="none")
    assert answer_of(ask(colleague_browser, silent)).members["error"] == "login_required"


def test_hint_for_another_client_is_refused(
    administrator_browser: Browser, application: Client, hint: str, tenant: Tenant
) -> None:
    other = make_application("Shifts", tenant, skips_consent=True)

    reply = ask(administrator_browser, params_of(other, id_token_hint=hint))

    assert answer_of(reply).members["error"] == "invalid_request"
