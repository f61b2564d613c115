"""``id_token_hint`` at the authorize endpoint: the application knows who it wants back."""

import re
from html import unescape

import pytest
from django.test import Client as Browser

from clients_app.models import Authorization, Client, SigningKey, Tenant
from clients_app.services.tokens.id_tokens import hinted
from tests.factories import make_application
from tests.oauth.authorize.requests import answer_of, ask, params_of

pytestmark = [
    pytest.mark.one_database,  # its statements run on both elsewhere
    pytest.mark.usefixtures("first_party"),
]


@pytest.mark.parametrize("prompt", [None, "none"])
def test_person_of_the_hint_goes_back_at_once(
    administrator_browser: Browser, application: Client, hint: str, prompt: str | None
) -> None:
    params = params_of(application, id_token_hint=hint, prompt=prompt)

    assert answer_of(ask(administrator_browser, params)).members["code"]


@pytest.mark.parametrize("prompt", [None, "login", "consent", "select_account"])
def test_another_person_gets_no_code_but_a_way_to_sign_in(
    colleague_browser: Browser, application: Client, hint: str, prompt: str | None
) -> None:
    page = ask(colleague_browser, params_of(application, id_token_hint=hint))
    text = page.content.decode()
    assert page.status_code == 403
    assert "Rooms asks for the account that was used there before." in text
    assert "Use another account" in text

    action = unescape(re.findall(r'action="(/identity/connect/consent[^"]*)"', text)[0])
    sent = {"decision": "allow", "form_key": "k" * 24}
    changed = f"{action}&prompt={prompt}" if prompt else action
    assert "code=" not in colleague_browser.post(changed, sent).get("Location", "")
    back = answer_of(colleague_browser.post(action, {"decision": "cancel"}))
    assert back.members["error"] == "access_denied"
    assert Authorization.objects.count() == 1  # that of the hint


def test_another_person_is_login_required_without_pages(
    colleague_browser: Browser, application: Client, hint: str
) -> None:
    silent = params_of(application, id_token_hint=hint, prompt="none")
    assert answer_of(ask(colleague_browser, silent)).members["error"] == "login_required"


def test_hint_that_a_removed_key_signed_is_refused(
    administrator_browser: Browser, application: Client, hint: str
) -> None:
    hinted(hint)  # so the process knows the key
    SigningKey.objects.update(state=SigningKey.State.REMOVED)

    assert hinted(hint) is None
    reply = ask(administrator_browser, params_of(application, id_token_hint=hint))
    assert answer_of(reply).members["error"] == "invalid_request"


def test_hint_for_another_client_is_refused(
    administrator_browser: Browser, application: Client, hint: str, tenant: Tenant
) -> None:
    other = make_application("Shifts", tenant, skips_consent=True)

    reply = ask(administrator_browser, params_of(other, id_token_hint=hint))

    assert answer_of(reply).members["error"] == "invalid_request"
