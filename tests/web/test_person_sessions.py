"""Users > Sessions: administrators see where a person is signed in, and sign them out."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, Person
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_AUDITOR
from tests.conftest import browser_of, set_proof_age
from tests.factories import give_app, make_person
from tests.responses import HTMX, is_page, text_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def signed_in(colleague: Person) -> Browser:
    browser = browser_of(colleague)
    assert is_signed_in(browser)
    return browser


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def at(person: Person, rest: str = "") -> str:
    return f"/security/users/{person.pk}/sessions{rest}"


def test_person_sessions_are_listed(
    administrator_browser: Browser, colleague: Person, signed_in: Browser
) -> None:
    text = text_of(administrator_browser.get(at(colleague)))

    assert "127.0.0.1" in text
    assert f'href="{at(colleague, "/end")}"' in text
    assert f'href="{at(colleague, "/" + signed_in.session["lasting_id"] + "/end")}"' in text


def test_person_sessions_of_somebody_signed_out_says_so(
    administrator_browser: Browser, colleague: Person
) -> None:
    assert "This person is not signed in." in text_of(administrator_browser.get(at(colleague)))


def test_person_sessions_end_window_is_a_page_and_a_fragment(
    administrator_browser: Browser, colleague: Person, signed_in: Browser
) -> None:
    assert is_page(administrator_browser.get(at(colleague, "/end")))
    fragment = administrator_browser.get(at(colleague, "/end"), headers=HTMX)

    assert not is_page(fragment)
    assert "127.0.0.1" in text_of(fragment)
    gone = administrator_browser.get(at(colleague, "/nothing/end"), headers=HTMX)
    assert "There is no such session any more." in text_of(gone)


def test_person_sessions_end_signs_them_out(
    administrator_browser: Browser, colleague: Person, signed_in: Browser
) -> None:
    reply = administrator_browser.post(at(colleague, "/end"), headers=HTMX)

    assert reply.status_code == 204
    assert not is_signed_in(signed_in)
    assert is_signed_in(administrator_browser)
    event = AuditEvent.objects.get(action="person.sessions.ended")
    assert (event.actor_name, event.object_name) == ("mara", "jonas")


def test_person_session_end_ends_that_one_only(
    administrator_browser: Browser, colleague: Person, signed_in: Browser
) -> None:
    other = browser_of(colleague)
    assert is_signed_in(other)

    administrator_browser.post(at(colleague, f"/{other.session['lasting_id']}/end"))

    assert is_signed_in(signed_in)
    assert not is_signed_in(other)


def test_own_sessions_end_in_users_spares_this_one(
    administrator_browser: Browser, administrator: Person
) -> None:
    other = browser_of(administrator)
    assert is_signed_in(other)
    assert is_signed_in(administrator_browser)

    assert administrator_browser.post(at(administrator, "/end"), headers=HTMX).status_code == 204

    assert is_signed_in(administrator_browser)
    assert not is_signed_in(other)


def test_person_sessions_end_asks_for_a_proof(
    administrator_browser: Browser, administrator: Person, colleague: Person, signed_in: Browser
) -> None:
    set_proof_age(administrator_browser, administrator, timedelta(minutes=21))

    reply = administrator_browser.post(at(colleague, "/end"), headers=HTMX)

    assert "Confirm your identity" in text_of(reply)
    assert is_signed_in(signed_in)


def test_person_sessions_end_is_refused_to_others(
    colleague: Person, stranger: Person, signed_in: Browser
) -> None:
    auditor = make_person("auditor", colleague.tenant, TENANT_AUDITOR)
    staff = make_person("operator", colleague.tenant, is_staff=True)
    administrator = make_person("lena", colleague.tenant, TENANT_ADMINISTRATOR)

    assert browser_of(auditor).get(at(colleague)).status_code == 200
    assert "sessions/end" not in text_of(browser_of(auditor).get(at(colleague)))
    assert browser_of(auditor).post(at(colleague, "/end")).status_code == 403
    assert browser_of(stranger).post(at(colleague, "/end")).status_code == 404
    assert browser_of(administrator).post(at(staff, "/end")).status_code == 403
    assert is_signed_in(signed_in)
    assert not AuditEvent.objects.filter(action="person.sessions.ended").exists()


def test_second_factor_reset_signs_them_out(
    administrator_browser: Browser, colleague: Person
) -> None:
    browser = browser_of(colleague)
    assert is_signed_in(browser)
    give_app(colleague)

    administrator_browser.post(f"/security/users/{colleague.pk}/factor")

    assert not is_signed_in(browser)
