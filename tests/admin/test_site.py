"""Access to the admin site and the headers of its pages."""

from urllib.parse import unquote

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client as Browser

from clients_app.admin.site import site
from clients_app.models import Person
from tests.admin.conftest import Installation, list_of, page_of
from tests.conftest import browser_of
from tests.responses import text_of


def test_admin_configuration_is_consistent() -> None:
    assert site.check(None) == []


def test_admin_signed_out_redirects_to_the_portal_sign_in(browser: Browser, db: None) -> None:
    for address in ("/admin/", "/admin/login/", "/admin/clients_app/client/?q=a", "/admin/none"):
        reply = browser.get(address)

        assert reply.status_code == 303
        where, _, wanted = reply["Location"].partition("?next=")
        assert where == "/sign-in"
        assert unquote(wanted) == address


def test_admin_sign_in_returns_to_the_requested_page(operator: Person) -> None:
    browser = Browser()
    there = browser.get("/admin/clients_app/role/")["Location"]

    reply = browser.post(
        there,
        {"login": "ola", "password": "Seven-grey-herons-7", "next": "/admin/clients_app/role/"},
    )

    assert reply["Location"] == "/admin/clients_app/role/"
    assert browser.get(reply["Location"]).status_code == 200


def test_admin_address_without_a_slash_works(staff: Browser) -> None:
    assert staff.get("/admin")["Location"] == "/admin/"


def test_admin_non_staff_are_refused_without_details(
    outsiders: dict[str, Browser], installation: Installation
) -> None:
    for browser in outsiders.values():
        reply = browser.get(page_of(installation.client))

        assert reply.status_code == 403
        assert "Only Staff may use this site." in text_of(reply)
        assert installation.client.name not in text_of(reply)
        assert list_of(Person) not in text_of(reply)


def test_admin_inactive_staff_are_signed_out(operator: Person) -> None:
    browser = browser_of(operator)
    Person.objects.filter(pk=operator.pk).update(is_active=False)

    assert browser.get("/admin/").status_code == 303


def test_admin_former_staff_are_refused_immediately(operator: Person) -> None:
    browser = browser_of(operator)
    assert browser.get("/admin/").status_code == 200
    Person.objects.filter(pk=operator.pk).update(is_staff=False)

    assert browser.get("/admin/").status_code == 403


def test_admin_pages_have_the_headers_of_the_portal(
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


def test_admin_sign_out_is_that_of_the_portal(staff: Browser) -> None:
    assert 'action="/sign-out"' in text_of(staff.get("/admin/"))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_admin_other_methods_are_refused(
    staff: Browser, installation: Installation, method: str
) -> None:
    assert staff.generic(method, page_of(installation.client)).status_code == 405


@pytest.mark.both_databases
def test_django_admin_log_stays_empty_and_hidden(
    staff: Browser, installation: Installation
) -> None:
    assert "Recent actions" not in text_of(staff.get("/admin/"))
    history = page_of(installation.role).replace("/change/", "/history/")
    assert staff.get(history).status_code == 404
    assert not LogEntry.objects.exists()


def test_admin_times_are_in_the_time_zone_of_the_person(
    operator: Person, staff: Browser, installation: Installation
) -> None:
    operator.time_zone = "Asia/Kolkata"
    operator.save()

    assert " IST" in text_of(staff.get(page_of(installation.client)))
