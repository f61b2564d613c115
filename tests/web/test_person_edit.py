"""Edit person: name and email."""

import json

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, Person
from tests.factories import make_person
from tests.responses import HTMX, is_page, text_of, value_of


@pytest.fixture
def address(colleague: Person) -> str:
    return f"/security/users/{colleague.pk}/edit"


@pytest.fixture
def form(administrator_browser: Browser, address: str) -> dict[str, str]:
    version = value_of("version", administrator_browser.get(address))
    return {"version": version or "", "name": "Jonas Weir", "email": "jonas@a.example"}


def test_person_edit_is_a_page_and_a_window(administrator_browser: Browser, address: str) -> None:
    assert is_page(administrator_browser.get(address))
    assert not is_page(administrator_browser.get(address, headers=HTMX))


@pytest.mark.both_databases
def test_person_edit_saves_name_and_email(
    administrator_browser: Browser, colleague: Person, address: str, form: dict[str, str]
) -> None:
    reply = administrator_browser.post(address, form, headers=HTMX)

    assert reply.status_code == 204
    assert "peopleChanged" in json.loads(reply["HX-Trigger"])
    colleague.refresh_from_db()
    assert (colleague.name, colleague.email) == ("Jonas Weir", "jonas@a.example")
    event = AuditEvent.objects.get(action="person.edited")
    assert "Jonas Weir" in event.canonical


def test_person_edit_of_what_somebody_else_changed_shows_it(
    administrator_browser: Browser, colleague: Person, address: str, form: dict[str, str]
) -> None:
    administrator_browser.post(address, form)

    reply = administrator_browser.post(address, {**form, "name": "Jo"}, headers=HTMX)

    assert reply.status_code == 422
    assert "Now: Jonas Weir" in text_of(reply)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "jonas"}, "Enter an email address such as mara@example.com."),
        ({"email": "OLA@a.example"}, "This email address belongs to another person."),
        ({"name": "n" * 151}, "151"),
    ],
)
def test_person_edit_with_bad_input_changes_nothing(
    administrator_browser: Browser,
    colleague: Person,
    address: str,
    form: dict[str, str],
    typed: dict[str, str],
    said: str,
) -> None:
    make_person("ola", colleague.tenant, email="ola@a.example")

    reply = administrator_browser.post(address, {**form, **typed}, headers=HTMX)

    assert reply.status_code == 422
    assert said in text_of(reply)
    colleague.refresh_from_db()
    assert (colleague.name, colleague.email) == ("", "")


def test_person_edit_by_others_is_refused(
    colleague_browser: Browser, stranger_browser: Browser, address: str, form: dict[str, str]
) -> None:
    assert colleague_browser.post(address, form).status_code == 403
    assert stranger_browser.post(address, form).status_code == 404
