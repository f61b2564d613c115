"""The second factor: set up in Account, required at sign-in and as a proof (SES-4)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app.models import AuditEvent, Client, Person
from clients_app.services.activity import refused_attempts
from tests.conftest import browser_of
from tests.factories import code_of, give_app
from tests.portal_process import PASSWORD
from tests.responses import HTMX, is_page, plain_secret_in, text_of, value_of

SET_UP = "/account/authenticator"
REMOVE = "/account/authenticator/remove"
NEW_CODES = "/account/recovery-codes"
CODE = "/sign-in/code"
EXPIRED_PROOF = timedelta(minutes=21)


def sign_in(browser: Browser, username: str = "jonas", **more: str) -> Any:
    return browser.post("/sign-in", {"login": username, "password": PASSWORD, **more})


def key_in(reply: Any) -> str:
    found = re.search(r'id="id_key"[^>]*>([A-Z2-7]{32})<', text_of(reply))
    assert found, text_of(reply)
    return found[1]


def recovery_codes_in(reply: Any) -> list[str]:
    found = re.search(r'id="id_recovery_codes"[^>]*>([\d\s]+)<', text_of(reply))
    assert found, text_of(reply)
    return found[1].split()


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def last_action() -> str:
    event = AuditEvent.objects.order_by("pk").last()
    assert event is not None
    return event.action


@pytest.fixture
def secret(colleague: Person) -> str:
    """The secret of Jonas's app."""
    return give_app(colleague)


class TestAccount:
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
        assert "This code is wrong." in text_of(wrong)
        assert key_in(wrong) == key
        assert not Authenticator.objects.exists()

        done = colleague_browser.post(SET_UP, {"code": code_of(key)})
        codes = recovery_codes_in(done)
        assert (done.status_code, len(set(codes))) == (200, 10)
        assert last_action() == "person.mfa.added"
        dump = dump_of_every_table()
        assert not [secret for secret in (key, *codes) if secret in dump]
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
        self, colleague_browser: Browser, secret: str
    ) -> None:
        for reply in (colleague_browser.get(SET_UP), colleague_browser.post(SET_UP, {})):
            assert "Confirm your identity" in text_of(reply)  # by a code, which was not given
        reply = colleague_browser.post(SET_UP, {"proof": code_of(secret), "proof_for": "GET"})
        reply = colleague_browser.get(SET_UP)
        assert (reply.status_code, reply["Location"]) == (303, "/account")

    def test_remove_app_by_its_person_is_recorded(
        self, colleague_browser: Browser, colleague: Person, secret: str, client: Browser
    ) -> None:
        asked = colleague_browser.post(REMOVE)
        assert "Confirm your identity" in text_of(asked)
        assert Authenticator.objects.count() == 2

        colleague_browser.post(REMOVE, {"proof": code_of(secret), "proof_for": "POST"})

        assert not Authenticator.objects.exists()
        assert last_action() == "person.mfa.removed"
        assert "Authenticator app removed." in text_of(colleague_browser.get("/account"))
        assert sign_in(client).status_code == 303

    def test_new_recovery_codes_replace_the_old_ones(
        self, colleague_browser: Browser, colleague: Person, secret: str, client: Browser
    ) -> None:
        form = {"proof": code_of(secret), "proof_for": "POST"}
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


class TestSignIn:
    def test_sign_in_with_the_password_alone_is_not_enough(
        self, client: Browser, secret: str
    ) -> None:
        reply = sign_in(client, next="/security/roles")

        assert (reply.status_code, is_page(reply)) == (200, True)
        assert 'autocomplete="one-time-code"' in text_of(reply)
        assert not is_signed_in(client)
        assert client.get("/admin/").status_code == 303
        assert not AuditEvent.objects.filter(action="person.signed.in").exists()

        again = client.get(CODE, {"next": "/security/roles"})
        assert value_of("next", again) == "/security/roles"
        done = client.post(CODE, {"code": code_of(secret), "next": "/security/roles"})
        assert (done.status_code, done["Location"]) == (303, "/security/roles")
        assert client.get("/security/roles").status_code == 200
        assert AuditEvent.objects.filter(action="person.signed.in").count() == 1

    def test_sign_in_used_or_older_code_is_refused(self, secret: str) -> None:
        browsers = [Browser() for _ in range(3)]
        for browser in browsers:
            sign_in(browser)
        codes = [code_of(secret, step=1), code_of(secret, step=1), code_of(secret)]
        replies = [
            browser.post(CODE, {"code": code})
            for browser, code in zip(browsers, codes, strict=True)
        ]

        assert [reply.status_code for reply in replies] == [303, 422, 422]
        assert "Incorrect or already used code." in text_of(replies[1])
        assert not is_signed_in(browsers[1])

    def test_sign_in_recovery_code_works_once(self, client: Browser, secret: str) -> None:
        app = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
        code = app.wrap().generate_codes()[3]
        sign_in(client)
        assert client.post(CODE, {"code": f" {code[:4]}-{code[4:]} "}).status_code == 303

        other = Browser()
        sign_in(other)
        assert other.post(CODE, {"code": code}).status_code == 422

    @pytest.mark.parametrize("code", ["", "x", "12345\0", "\u0661\u0662\u0663\u0664\u0665\u0666"])
    def test_sign_in_malformed_code_is_refused(
        self, client: Browser, secret: str, code: str
    ) -> None:
        sign_in(client)

        assert client.post(CODE, {"code": code}).status_code == 422

    def test_sign_in_wrong_codes_are_rate_limited_and_recorded(
        self, client: Browser, secret: str
    ) -> None:
        sign_in(client)
        wrong = {"code": code_of(secret, step=100)}
        statuses = [client.post(CODE, wrong).status_code for _ in range(10)]

        assert statuses == [422] * 5 + [429] * 5
        late = client.post(CODE, {"code": code_of(secret)})
        assert late.status_code == 429
        assert "Too many attempts" in text_of(late)
        assert not is_signed_in(client)
        refused_attempts.flush_all()
        assert AuditEvent.objects.get(action="sign-in.refused").object_name == "jonas"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_sign_in_code_page_without_a_password_redirects_to_sign_in(
        self, client: Browser, method: str
    ) -> None:
        reply = getattr(client, method)(f"{CODE}?next=/security/roles", {})

        assert reply.status_code == 303
        assert reply["Location"].startswith("/sign-in?next=")

    def test_sign_in_code_of_a_deactivated_person_is_refused(
        self, client: Browser, colleague: Person, secret: str
    ) -> None:
        sign_in(client)
        Person.objects.filter(pk=colleague.pk).update(is_active=False)

        assert client.post(CODE, {"code": code_of(secret)})["Location"].startswith("/sign-in")

    def test_sign_in_code_from_another_site_is_refused(self, browser: Browser, secret: str) -> None:
        token = value_of("csrfmiddlewaretoken", browser.get("/sign-in"))
        asked = sign_in(browser, csrfmiddlewaretoken=token)
        form = {"code": code_of(secret)}
        assert browser.post(CODE, form).status_code == 403
        stale = browser.post(CODE, form, headers={"Sec-Fetch-Site": "same-origin"})
        assert stale.status_code == 403
        assert "This page was out of date." in text_of(stale)
        assert form["code"] not in text_of(stale)
        token = value_of("csrfmiddlewaretoken", asked)
        assert browser.post(CODE, form | {"csrfmiddlewaretoken": token}).status_code == 303

    @pytest.mark.parametrize("headers", [HTMX, {}])
    def test_sign_in_both_steps_keep_what_was_typed(
        self, client: Browser, administrator: Person, draft: dict[str, Any], headers: dict[str, str]
    ) -> None:
        secret, register = give_app(administrator), "/security/clients/register"
        kept = {f"kept.{name}": value for name, value in draft.items()}
        form = {"login": "mara", "password": PASSWORD, "next": register, **kept}

        asked = client.post("/sign-in", form, headers=headers)
        assert is_page(asked) is not bool(headers)
        assert value_of("kept.name", asked) == "Reservoir 3 gateway"
        wrong = client.post(CODE, {"code": "1", "next": register, **kept}, headers=headers)
        assert (wrong.status_code, value_of("next", wrong)) == (422, register)
        code = {"code": code_of(secret), "next": register, **kept}
        back = client.post(CODE, code, headers=headers)

        assert "Step 2 of 2" in text_of(back)
        assert not Client.objects.exists()
        assert plain_secret_in(client.post(register, draft))


class TestProof:
    ADD = "/security/clients/add"

    def test_proof_asks_for_the_code_instead_of_the_password(self, administrator: Person) -> None:
        browser, secret = browser_of(administrator), give_app(administrator)
        asked = browser.get(self.ADD)  # the password given a moment ago is no longer a proof
        assert "Code from your authenticator app" in text_of(asked)

        wrong = browser.post(self.ADD, {"proof_for": "GET", "proof": PASSWORD}, headers=HTMX)
        assert wrong.status_code == 422
        assert "Incorrect or already used code." in text_of(wrong)
        assert AuditEvent.objects.get(action="session.confirm").outcome == "refused"
        form = {"proof_for": "GET", "proof": code_of(secret)}
        right = browser.post(self.ADD, form, headers=HTMX)
        assert "Step 1 of 2" in text_of(right)
        assert last_action() == "session.confirmed"
        assert "Step 1 of 2" in text_of(browser.get(self.ADD))

        other = browser_of(administrator)
        assert other.post(self.ADD, form, headers=HTMX).status_code == 422  # used

    def test_proof_wrong_codes_are_rate_limited(self, administrator: Person) -> None:
        browser, secret = browser_of(administrator), give_app(administrator)
        wrong = {"proof_for": "GET", "proof": code_of(secret, step=100)}
        for _ in range(5):
            browser.post(self.ADD, wrong)

        reply = browser.post(self.ADD, wrong | {"proof": code_of(secret)})

        assert reply.status_code == 422
        assert "Too many wrong codes." in text_of(reply)

    def test_proof_includes_the_code_given_at_sign_in(
        self, client: Browser, administrator: Person
    ) -> None:
        secret = give_app(administrator)
        sign_in(client, "mara")
        client.post(CODE, {"code": code_of(secret)})

        assert "Step 1 of 2" in text_of(client.get(self.ADD))
