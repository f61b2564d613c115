"""A passkey as second factor and as proof of identity (SES-10)."""

from typing import Final

from django.test import Client as Browser
from django.urls import reverse

from clients_app.models import AuditEvent, Person
from tests.conftest import browser_of
from tests.factories import code_of, give_app
from tests.responses import HTMX, text_of
from tests.soft_authenticator import SoftPasskey, add_passkey, options_for, use
from tests.web.passkey_answers import refused_event
from tests.web.second_factor import is_signed_in, last_action, recovery_codes_in, sign_in

CODE: Final = "/sign-in/code"
WINDOW: Final = "/security/clients/add"


def test_passkey_after_the_password_signs_in(client: Browser, laptop: SoftPasskey) -> None:
    page = text_of(sign_in(client))
    assert "Use your second factor" in page
    assert "Recovery code" in page  # there is no app
    wrong = client.post(
        CODE, {"passkey": use(laptop, options_for(client, "code"), origin="https://x")}
    )
    assert wrong.status_code == 422
    assert "This passkey was not accepted." in text_of(wrong)
    assert refused_event()["reason"] == "another origin"

    reply = client.post(CODE, {"passkey": use(laptop, options_for(client, "code"))})

    assert reply.status_code == 303
    assert is_signed_in(client)


def test_passkey_of_another_person_after_the_password_is_refused(
    client: Browser, laptop: SoftPasskey, administrator: Person
) -> None:
    mine = add_passkey(browser_of(administrator))[0]
    sign_in(client)

    reply = client.post(CODE, {"passkey": use(mine, options_for(client, "code"))})

    assert reply.status_code == 422
    assert not is_signed_in(client)


def test_recovery_code_signs_in_a_person_with_a_passkey(
    client: Browser, colleague_browser: Browser
) -> None:
    codes = recovery_codes_in(add_passkey(colleague_browser)[1])
    sign_in(client)

    assert client.post(CODE, {"code": codes[0]}).status_code == 303
    assert is_signed_in(client)


class TestProof:
    def test_passkey_confirms_an_identity_and_keeps_what_was_typed(
        self, administrator: Person
    ) -> None:
        passkey = add_passkey(browser_of(administrator))[0]
        browser = browser_of(administrator)  # by password alone, which is no proof now
        asked = browser.post(WINDOW, {"name": "Pump"})
        assert "Confirm your identity" in text_of(asked)
        assert "data-passkey=" in text_of(asked)

        form = {"proof_for": "POST", "name": "Pump", "back": "1"}
        wrong = {"passkey": use(passkey, options_for(browser, "proof"), verified=False)}
        reply = browser.post(WINDOW, form | wrong, headers=HTMX)
        assert reply.status_code == 422
        assert "This passkey was not accepted." in text_of(reply)
        assert AuditEvent.objects.get(action="session.confirm").outcome == "refused"
        answer = use(passkey, options_for(browser, "proof"))
        right = browser.post(WINDOW, form | {"passkey": answer}, headers=HTMX)

        assert 'value="Pump"' in text_of(right)
        assert "Step 1 of 2" in text_of(right)
        assert last_action() == "session.confirmed"

    def test_passkey_of_another_person_is_no_proof(
        self, administrator: Person, laptop: SoftPasskey
    ) -> None:
        add_passkey(browser_of(administrator))
        browser = browser_of(administrator)

        form = {"proof_for": "GET", "passkey": use(laptop, options_for(browser, "proof"))}

        assert browser.post(WINDOW, form).status_code == 422
        assert "Confirm your identity" in text_of(browser.get(WINDOW))

    def test_passkey_at_the_admin_site_confirms_an_identity(self, administrator: Person) -> None:
        passkey = add_passkey(browser_of(administrator))[0]
        browser = browser_of(administrator)
        address = reverse("admin:clients_app_role_add")
        asked = browser.get(address)
        assert "data-passkey=" in text_of(asked)
        assert "passkey_buttons" in text_of(asked)

        form = {"proof_for": "GET", "passkey": use(passkey, options_for(browser, "proof"))}
        reply = browser.post(address, form)

        assert (reply.status_code, reply["Location"]) == (303, address)
        assert "data-passkey=" not in text_of(browser.get(address))

    def test_passkey_or_code_of_the_app_are_both_a_proof(self, administrator: Person) -> None:
        secret = give_app(administrator)
        browser = browser_of(administrator)
        browser.post(WINDOW, {"proof_for": "GET", "proof": code_of(secret)}, headers=HTMX)
        add_passkey(browser)

        other = browser_of(administrator)
        assert "Code from your authenticator app" in text_of(other.get(WINDOW))
        right = other.post(
            WINDOW, {"proof_for": "GET", "proof": code_of(secret, step=1)}, headers=HTMX
        )
        assert "Step 1 of 2" in text_of(right)
