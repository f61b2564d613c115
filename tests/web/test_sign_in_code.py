"""The second factor at sign-in (SES-4)."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app.models import AuditEvent, Client, Person
from clients_app.services.activity import refused_attempts
from tests.factories import code_of, give_app
from tests.portal_process import PASSWORD
from tests.responses import HTMX, is_page, plain_secret_in, text_of, value_of
from tests.web.second_factor import is_signed_in, sign_in

CODE = "/sign-in/code"


class TestSignIn:
    def test_sign_in_with_the_password_alone_is_not_enough(
        self, client: Browser, app_secret: str
    ) -> None:
        reply = sign_in(client, next="/security/roles")

        assert (reply.status_code, is_page(reply)) == (200, True)
        assert 'autocomplete="one-time-code"' in text_of(reply)
        assert not is_signed_in(client)
        assert client.get("/admin/").status_code == 303
        assert not AuditEvent.objects.filter(action="person.signed.in").exists()

        again = client.get(CODE, {"next": "/security/roles"})
        assert value_of("next", again) == "/security/roles"
        done = client.post(CODE, {"code": code_of(app_secret), "next": "/security/roles"})
        assert (done.status_code, done["Location"]) == (303, "/security/roles")
        assert client.get("/security/roles").status_code == 200
        assert AuditEvent.objects.filter(action="person.signed.in").count() == 1

    def test_sign_in_used_or_older_code_is_refused(self, app_secret: str) -> None:
        browsers = [Browser() for _ in range(3)]
        for browser in browsers:
            sign_in(browser)
        codes = [code_of(app_secret, step=1), code_of(app_secret, step=1), code_of(app_secret)]
        replies = [
            browser.post(CODE, {"code": code})
            for browser, code in zip(browsers, codes, strict=True)
        ]

        assert [reply.status_code for reply in replies] == [303, 422, 422]
        assert "Incorrect or already used code." in text_of(replies[1])
        assert not is_signed_in(browsers[1])

    @pytest.mark.both_databases
    def test_sign_in_recovery_code_works_once(self, client: Browser, app_secret: str) -> None:
        app = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
        code = app.wrap().generate_codes()[3]
        sign_in(client)
        assert client.post(CODE, {"code": f" {code[:4]}-{code[4:]} "}).status_code == 303

        other = Browser()
        sign_in(other)
        assert other.post(CODE, {"code": code}).status_code == 422

    @pytest.mark.parametrize("code", ["", "x", "12345\0", "\u0661\u0662\u0663\u0664\u0665\u0666"])
    def test_sign_in_malformed_code_is_refused(
        self, client: Browser, app_secret: str, code: str
    ) -> None:
        sign_in(client)

        assert client.post(CODE, {"code": code}).status_code == 422

    def test_sign_in_wrong_codes_are_rate_limited_and_recorded(
        self, client: Browser, app_secret: str
    ) -> None:
        sign_in(client)
        wrong = {"code": code_of(app_secret, step=100)}
        statuses = [client.post(CODE, wrong).status_code for _ in range(10)]

        assert statuses == [422] * 5 + [429] * 5
        late = client.post(CODE, {"code": code_of(app_secret)})
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
        self, client: Browser, colleague: Person, app_secret: str
    ) -> None:
        sign_in(client)
        Person.objects.filter(pk=colleague.pk).update(is_active=False)

        assert client.post(CODE, {"code": code_of(app_secret)})["Location"].startswith("/sign-in")

    def test_sign_in_code_from_another_site_is_refused(
        self, browser: Browser, app_secret: str
    ) -> None:
        token = value_of("csrfmiddlewaretoken", browser.get("/sign-in"))
        asked = sign_in(browser, csrfmiddlewaretoken=token)
        form = {"code": code_of(app_secret)}
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
        app_secret, register = give_app(administrator), "/security/clients/register"
        kept = {f"kept.{name}": value for name, value in draft.items()}
        form = {"login": "mara", "password": PASSWORD, "next": register, **kept}

        asked = client.post("/sign-in", form, headers=headers)
        assert is_page(asked) is not bool(headers)
        assert value_of("kept.name", asked) == "Reservoir 3 gateway"
        wrong = client.post(CODE, {"code": "1", "next": register, **kept}, headers=headers)
        assert (wrong.status_code, value_of("next", wrong)) == (422, register)
        code = {"code": code_of(app_secret), "next": register, **kept}
        back = client.post(CODE, code, headers=headers)

        assert "Step 2 of 2" in text_of(back)
        assert not Client.objects.exists()
        assert plain_secret_in(client.post(register, draft))
