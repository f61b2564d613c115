"""Reset password and Reset second factor."""

from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.identity.factor_status import has_factor
from clients_app.models import AuditEvent, LinkRequest, Person
from tests.factories import give_app
from tests.responses import HTMX, copyable_value, is_page, text_of


def address(person: Person, operation: str = "password") -> str:
    return f"/security/users/{person.pk}/{operation}"


@pytest.mark.parametrize("operation", ["password", "factor"])
def test_person_reset_windows_are_pages_and_fragments(
    administrator_browser: Browser, colleague: Person, operation: str
) -> None:
    where = address(colleague, operation)

    assert is_page(administrator_browser.get(where))
    assert not is_page(administrator_browser.get(where, headers=HTMX))


def test_person_password_reset_shows_a_link_once(
    administrator_browser: Browser, colleague: Person
) -> None:
    form = {"form_key": "a-key-of-this-very-form"}

    reply = administrator_browser.post(address(colleague), form, headers=HTMX)
    again = administrator_browser.post(address(colleague), form, headers=HTMX)

    link = copyable_value("id_link", reply)
    assert "For jonas." in text_of(Browser().get(link, follow=True))
    assert "choose-password" not in text_of(again)
    assert AuditEvent.objects.filter(action="person.link.made").count() == 1


def test_person_password_reset_by_mail_asks_the_worker(
    administrator_browser: Browser, colleague: Person, settings: Any
) -> None:
    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}
    colleague.email = "jonas@a.example"
    colleague.save()

    reply = administrator_browser.post(address(colleague), {"by_mail": "on"}, headers=HTMX)

    assert reply.status_code == 204
    assert LinkRequest.objects.get().email == "jonas@a.example"
    assert AuditEvent.objects.filter(action="person.link.asked").count() == 1


def test_person_password_reset_of_somebody_inactive_is_not_found(
    administrator_browser: Browser, colleague: Person
) -> None:
    Person.objects.filter(pk=colleague.pk).update(is_active=False)

    assert administrator_browser.post(address(colleague)).status_code == 404


@pytest.mark.parametrize("held", [True, False])
def test_person_factor_reset_removes_what_they_have(
    administrator_browser: Browser, colleague: Person, held: bool
) -> None:
    if held:
        give_app(colleague)
    page = text_of(administrator_browser.get(address(colleague, "factor")))
    assert ("Authenticator app" in page) is held
    assert ("has no second factor" in page) is not held

    reply = administrator_browser.post(address(colleague, "factor"), headers=HTMX)

    assert reply.status_code == 204
    assert not has_factor(colleague)
    assert AuditEvent.objects.filter(action="person.mfa.removed").count() == int(held)


@pytest.mark.parametrize("operation", ["password", "factor"])
def test_person_reset_by_others_is_refused(
    colleague_browser: Browser,
    stranger_browser: Browser,
    administrator: Person,
    operation: str,
) -> None:
    give_app(administrator)

    assert colleague_browser.post(address(administrator, operation)).status_code == 403
    assert stranger_browser.post(address(administrator, operation)).status_code == 404
    assert has_factor(administrator)


def test_person_password_reset_is_no_way_around_single_sign_on(
    administrator_browser: Browser, colleague: Person, settings: Any
) -> None:
    settings.SIGN_ON_ONLY, settings.MAIL = True, {"EMAIL_HOST": "127.0.0.1"}
    Person.objects.filter(pk=colleague.pk).update(email="jonas@a.example")

    shown = administrator_browser.post(address(colleague))
    mailed = administrator_browser.post(address(colleague), {"by_mail": "on"})
    details = administrator_browser.get(f"/security/users/{colleague.pk}")

    assert (shown.status_code, mailed.status_code) == (404, 404)
    assert not LinkRequest.objects.exists()
    assert "Reset second factor" in text_of(details)
    assert "Reset password" not in text_of(details)
