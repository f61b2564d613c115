"""Fixtures for guesses at passwords and codes."""

import pytest
from django.test import Client as Browser

from clients_app.models import Person
from clients_app.services import failure_limits
from clients_app.services.people import guess_notices
from tests.identity.guesses import sign_in


@pytest.fixture
def no_guesses(db: None) -> None:
    """No attempts so far."""
    failure_limits.reset()
    guess_notices.noted.clear()


@pytest.fixture
def known(colleague: Person) -> Browser:
    """A signed-out browser in which Jonas has signed in before."""
    browser = Browser()
    assert sign_in(on=browser).status_code == 303
    browser.post("/sign-out")
    return browser
