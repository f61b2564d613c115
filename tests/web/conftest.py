"""Browsers of the standing actors as allauth knows them, and what the screens are asked with."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from clients_app.models import Person
from tests.conftest import browser_of as signed_in_browser


@pytest.fixture
def htmx() -> dict[str, str]:
    """The header of a request by htmx."""
    return {"HX-Request": "true"}


@pytest.fixture
def administrator_browser(administrator: Person) -> Browser:
    return browser_of(administrator)


@pytest.fixture
def colleague_browser(colleague: Person) -> Browser:
    return browser_of(colleague)


@pytest.fixture
def stranger_browser(stranger: Person) -> Browser:
    return browser_of(stranger)


def browser_of(person: Person) -> Browser:
    browser = signed_in_browser(person)
    session = browser.session
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return browser


def text_of(reply: Any) -> str:
    assert isinstance(reply, HttpResponse)
    return reply.content.decode()
