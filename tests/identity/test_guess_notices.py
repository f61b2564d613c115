"""Who gets a notice about guesses at their password or codes (SES-3)."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser

from clients_app.models import Person
from clients_app.services.people import guess_notices
from tests.identity.guesses import sign_in, statuses
from tests.responses import text_of

pytestmark = pytest.mark.usefixtures("no_guesses")


@pytest.fixture(autouse=True)
def _mail(settings: Any, colleague: Person) -> None:
    settings.MAIL = {"EMAIL_HOST": "mail.example.com"}
    colleague.email = "jonas@example.com"
    colleague.save(update_fields=["email"])


def test_person_is_told_by_mail_and_at_sign_in(known: Browser) -> None:
    statuses(4)
    guess_notices.flush()
    guess_notices.mail_guesses()
    assert mail.outbox == []

    statuses(12)
    for _ in range(2):  # once
        guess_notices.flush()
        guess_notices.mail_guesses()
    (message,) = mail.outbox
    assert message.to == ["jonas@example.com"]
    assert "wrong passwords or codes were entered for jonas" in message.body.replace("\n", " ")

    said = "Several wrong passwords or codes were entered for your account."
    sign_in(on=known)
    for _ in range(2):  # until it is closed, and in a later session too
        assert said in text_of(known.get("/account"))
        assert 'name="next" value="/account"' in text_of(known.get("/account"))
        known.post("/sign-out")
        sign_in(on=known)
    closed = known.post("/account/guesses/close", {"next": "/security/clients"})
    assert (closed.status_code, closed["Location"]) == (303, "/security/clients")
    assert said not in text_of(known.get("/account"))


def test_unknown_name_tells_nobody() -> None:
    statuses(12, username="nobody")
    guess_notices.flush()
    guess_notices.mail_guesses()

    assert mail.outbox == []
    assert not Person.objects.exclude(guessed_at=None).exists()


def test_mail_server_that_is_away_leaves_the_notice_on_the_pages(
    known: Browser, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    statuses(12)
    guess_notices.flush()
    guess_notices.mail_guesses()

    assert "jonas was not told of wrong passwords: " in caplog.text
    sign_in(on=known)
    assert "wrong passwords or codes were entered" in text_of(known.get("/account"))
