"""Who may enter the admin site, how, and the headers of every page."""

from urllib.parse import unquote

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client as Browser

from clients_app.admin.site import site
from clients_app.models import Person
from tests.admin.conftest import Installation, browser_of, list_of, page_of, text_of
from tests.conftest import browser_of as signed_in_browser


def test_django_checks_pass() -> None:
    assert site.check(None) == []


def test_the_signed_out_go_to_the_sign_in_of_the_portal(browser: Browser, db: None) -> None:
    for address in ("/admin/", "/admin/login/", "/admin/clients_app/client/?q=a", "/admin/none"):
        reply = browser.get(address)

        assert reply.status_code == 303
        where, _, wanted = reply["Location"].partition("?next=")
        assert where == "/sign-in"
        assert unquote(wanted) == address


def test_signing_in_leads_back_to_the_page_that_was_asked_for(operator: Person) -> None:
    browser = Browser()
    there = browser.get("/admin/clients_app/role/")["Location"]

    reply = browser.post(
        there,
        {"login": "ola", "password": "Seven-grey-herons-7", "next": "/admin/clients_app/role/"},
    )

    assert reply["Location"] == "/admin/clients_app/role/"
    assert browser.get(reply["Location"]).status_code == 200


def test_the_address_without_a_slash_redirects(staff: Browser) -> None:
    assert staff.get("/admin")["Location"] == "/admin/"


def test_people_who_are_not_staff_are_refused_and_learn_nothing(
    outsiders: dict[str, Browser], installation: Installation
) -> None:
    for browser in outsiders.values():
        reply = browser.get(page_of(installation.client))

        assert reply.status_code == 403
        assert "Only Staff may use this site." in text_of(reply)
        assert installation.client.name not in text_of(reply)
        assert list_of(Person) not in text_of(reply)


def test_staff_who_are_not_active_are_signed_out(operator: Person) -> None:
    browser = browser_of(operator)
    Person.objects.filter(pk=operator.pk).update(is_active=False)

    assert browser.get("/admin/").status_code == 303


def test_a_person_who_is_no_longer_staff_is_refused_at_once(operator: Person) -> None:
    browser = signed_in_browser(operator)
    assert browser.get("/admin/").status_code == 200
    Person.objects.filter(pk=operator.pk).update(is_staff=False)

    assert browser.get("/admin/").status_code == 403


def test_the_pages_carry_the_headers_of_the_portal(
    staff: Browser, installation: Installation
) -> None:
    for address in ("/admin/", page_of(installation.client), list_of(Person)):
        reply = staff.get(address)

        policy = reply["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "no-store" in reply["Cache-Control"]
        assert reply["X-Frame-Options"] == "DENY"
        assert reply["X-Content-Type-Options"] == "nosniff"
        assert reply["Cross-Origin-Opener-Policy"] == "same-origin"
        assert '<meta name="robots" content="NONE,NOARCHIVE">' in text_of(reply)
        assert "<style" not in text_of(reply)
        assert "style=" not in text_of(reply)
        assert " onclick=" not in text_of(reply)


def test_the_sign_out_form_is_that_of_the_portal(staff: Browser) -> None:
    assert 'action="/sign-out"' in text_of(staff.get("/admin/"))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_not_known(
    staff: Browser, installation: Installation, method: str
) -> None:
    assert staff.generic(method, page_of(installation.client)).status_code == 405


def test_the_log_of_django_stays_empty_and_hidden(
    staff: Browser, installation: Installation
) -> None:
    assert "Recent actions" not in text_of(staff.get("/admin/"))
    history = page_of(installation.role).replace("/change/", "/history/")
    assert staff.get(history).status_code == 404
    assert not LogEntry.objects.exists()


def test_times_are_in_the_time_zone_of_the_person(
    operator: Person, staff: Browser, installation: Installation
) -> None:
    operator.time_zone = "Asia/Kolkata"
    operator.save()

    assert " IST" in text_of(staff.get(page_of(installation.client)))
