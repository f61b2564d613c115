"""The second factor in Account: set up, removed, and recovery codes (SES-4)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app.models import Person
from tests.conftest import browser_of
from tests.factories import code_of
from tests.responses import is_page, text_of
from tests.web.second_factor import (
    SET_UP,
    is_signed_in,
    key_in,
    last_action,
    recovery_codes_in,
    sign_in,
)

REMOVE = "/account/authenticator/remove"
NEW_CODES = "/account/recovery-codes"
CODE = "/sign-in/code"
EXPIRED_PROOF = timedelta(minutes=21)


class TestAccount:
    def test_set_up_app_slows_wrong_codes(self, colleague_browser: Browser) -> None:
        key = key_in(colleague_browser.get(SET_UP))
        wrong = {"code": code_of(key, step=100)}
        statuses = [colleague_browser.post(SET_UP, wrong).status_code for _ in range(7)]
        assert (statuses[0], statuses[-1]) == (422, 429)

        late = colleague_browser.post(SET_UP, {"code": code_of(key)})
        assert late.status_code == 429
        assert "Too many wrong attempts." in text_of(late)
        assert key_in(late) == key
        assert not Authenticator.objects.exists()

    def test_set_up_app_is_required_at_the_next_sign_in(
        self,
        colleague_browser: Browser,
        client: Browser,
        dump_of_every_table: Callable[[], str],
    ) -> None:
        assert f'href="{SET_UP}"' in text_of(colleague_browser.get("/account"))
        page = colleague_browser.get(SET_UP)
        assert is_page(page)
        assert 'src="data:image/svg+xml;base64,' in text_of(page)
        key = key_in(page)
        assert key not in dump_of_every_table()

        wrong = colleague_browser.post(SET_UP, {"code": code_of(key, step=100)})
        assert wrong.status_code == 422
        assert "Incorrect code." in text_of(wrong)
        assert key_in(wrong) == key
        assert not Authenticator.objects.exists()

        done = colleague_browser.post(SET_UP, {"code": code_of(key)})
        codes = recovery_codes_in(done)
        assert (done.status_code, len(set(codes))) == (200, 10)
        assert last_action() == "person.mfa.added"
        dump = dump_of_every_table()
        assert not [app_secret for app_secret in (key, *codes) if app_secret in dump]
        assert "10 of 10 recovery codes left." in text_of(colleague_browser.get("/account"))

        assert "Enter your code" in text_of(sign_in(client))
        taken = client.post(CODE, {"code": code_of(key)})
        assert taken.status_code == 422  # it was used to set up the app
        assert client.post(CODE, {"code": code_of(key, step=1)}).status_code == 303
        assert is_signed_in(client)

    def test_set_up_code_without_a_shown_key_is_refused(self, colleague_browser: Browser) -> None:
        reply = colleague_browser.post(SET_UP, {"code": "123456"})

        assert reply.status_code == 422
        assert "The previous QR code is out of date." in text_of(reply)

    def test_set_up_of_a_second_app_is_refused(
        self, colleague_browser: Browser, app_secret: str
    ) -> None:
        for reply in (colleague_browser.get(SET_UP), colleague_browser.post(SET_UP, {})):
            assert "Confirm your identity" in text_of(reply)  # with a code, which was not sent
        reply = colleague_browser.post(SET_UP, {"proof": code_of(app_secret), "proof_for": "GET"})
        reply = colleague_browser.get(SET_UP)
        assert (reply.status_code, reply["Location"]) == (303, "/account")

    @pytest.mark.both_databases
    def test_remove_app_by_its_person_is_recorded(
        self, colleague_browser: Browser, colleague: Person, app_secret: str, client: Browser
    ) -> None:
        asked = colleague_browser.post(REMOVE)
        assert "Confirm your identity" in text_of(asked)
        assert Authenticator.objects.count() == 2

        colleague_browser.post(REMOVE, {"proof": code_of(app_secret), "proof_for": "POST"})

        assert not Authenticator.objects.exists()
        assert last_action() == "person.mfa.removed"
        assert "Authenticator app removed." in text_of(colleague_browser.get("/account"))
        assert sign_in(client).status_code == 303

    def test_new_recovery_codes_replace_the_old_ones(
        self, colleague_browser: Browser, colleague: Person, app_secret: str, client: Browser
    ) -> None:
        form = {"proof": code_of(app_secret), "proof_for": "POST"}
        first = recovery_codes_in(colleague_browser.post(NEW_CODES, form))
        second = recovery_codes_in(colleague_browser.post(NEW_CODES))
        assert not set(first) & set(second)
        assert last_action() == "person.recovery-codes.made"

        sign_in(client)
        assert client.post(CODE, {"code": first[0]}).status_code == 422
        assert client.post(CODE, {"code": second[0]}).status_code == 303
        assert "9 of 10 recovery codes left." in text_of(client.get("/account"))

    @pytest.mark.parametrize("address", [SET_UP, REMOVE, NEW_CODES])
    def test_account_with_an_old_proof_asks_to_confirm_identity(
        self, colleague: Person, address: str
    ) -> None:
        reply = browser_of(colleague, proof_age=EXPIRED_PROOF).post(address)

        assert "Confirm your identity" in text_of(reply)
        assert not Authenticator.objects.exists()
