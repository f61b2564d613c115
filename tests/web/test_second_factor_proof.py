"""The second factor: set up in Account, required at sign-in and as a proof (SES-4)."""

from datetime import timedelta

from django.test import Client as Browser

from clients_app.models import AuditEvent, Person
from tests.conftest import browser_of
from tests.factories import code_of, give_app
from tests.portal_process import PASSWORD
from tests.responses import HTMX, text_of
from tests.web.second_factor import last_action, sign_in

SET_UP = "/account/authenticator"
REMOVE = "/account/authenticator/remove"
NEW_CODES = "/account/recovery-codes"
CODE = "/sign-in/code"
EXPIRED_PROOF = timedelta(minutes=21)


class TestProof:
    ADD = "/security/clients/add"

    def test_proof_asks_for_the_code_instead_of_the_password(self, administrator: Person) -> None:
        browser, app_secret = browser_of(administrator), give_app(administrator)
        asked = browser.get(self.ADD)  # the password given a moment ago is no longer a proof
        assert "Code from your authenticator app" in text_of(asked)

        wrong = browser.post(self.ADD, {"proof_for": "GET", "proof": PASSWORD}, headers=HTMX)
        assert wrong.status_code == 422
        assert "Incorrect or already used code." in text_of(wrong)
        assert AuditEvent.objects.get(action="session.confirm").outcome == "refused"
        form = {"proof_for": "GET", "proof": code_of(app_secret)}
        right = browser.post(self.ADD, form, headers=HTMX)
        assert "Step 1 of 2" in text_of(right)
        assert last_action() == "session.confirmed"
        assert "Step 1 of 2" in text_of(browser.get(self.ADD))

        other = browser_of(administrator)
        assert other.post(self.ADD, form, headers=HTMX).status_code == 422  # used

    def test_proof_wrong_codes_are_rate_limited(self, administrator: Person) -> None:
        browser, app_secret = browser_of(administrator), give_app(administrator)
        wrong = {"proof_for": "GET", "proof": code_of(app_secret, step=100)}
        for _ in range(5):
            browser.post(self.ADD, wrong)

        reply = browser.post(self.ADD, wrong | {"proof": code_of(app_secret)})

        assert reply.status_code == 422
        assert "Too many wrong attempts." in text_of(reply)

    def test_proof_includes_the_code_given_at_sign_in(
        self, client: Browser, administrator: Person
    ) -> None:
        app_secret = give_app(administrator)
        sign_in(client, "mara")
        client.post(CODE, {"code": code_of(app_secret)})

        assert "Step 1 of 2" in text_of(client.get(self.ADD))
