"""Organisation: renaming the tenant (TEN-5)."""

import json

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, Tenant
from tests.factories import make_tenant
from tests.responses import is_page, text_of, value_of

PAGE = "/security/organisation"


def test_organisation_page_shows_the_name(administrator_browser: Browser, tenant: Tenant) -> None:
    reply = administrator_browser.get(PAGE)

    assert is_page(reply)
    assert value_of("name", reply) == tenant.name
    assert f'href="{PAGE}"' in text_of(administrator_browser.get("/security/clients"))


def test_organisation_by_a_non_administrator_is_refused(
    colleague_browser: Browser, tenant: Tenant
) -> None:
    for reply in (
        colleague_browser.get(PAGE),
        colleague_browser.post(PAGE, {"name": "Ours now", "version": "1"}),
    ):
        assert reply.status_code == 403
        assert "Only Tenant Administrators can rename the organisation." in text_of(reply)
        assert f'href="{PAGE}"' not in text_of(reply)
    tenant.refresh_from_db()
    assert tenant.name != "Ours now"


def test_organisation_saved_is_shown_and_recorded(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    before = tenant.name

    reply = administrator_browser.post(
        PAGE, {"name": "  Cranes & Sons ", "version": "1"}, follow=True
    )

    tenant.refresh_from_db()
    assert (tenant.name, tenant.version) == ("Cranes & Sons", 2)
    assert "Organisation saved." in text_of(reply)
    assert ">Cranes &amp; Sons</span>" in text_of(reply)  # in the left pane
    event = AuditEvent.objects.get(action="tenant.renamed")
    recorded = json.loads(event.canonical)
    assert recorded["before"] == {"name": before}
    assert recorded["after"] == {"name": "Cranes & Sons"}
    again = administrator_browser.post(PAGE, {"name": "Cranes & Sons", "version": "1"})
    assert again.status_code == 303  # nothing changes, so nothing is out of date
    assert AuditEvent.objects.filter(action="tenant.renamed").count() == 1


def test_organisation_changed_meanwhile_shows_the_present_name(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    administrator_browser.post(PAGE, {"name": "First", "version": "1"})

    reply = administrator_browser.post(PAGE, {"name": "Second", "version": "1"})

    assert reply.status_code == 422
    assert "Now: First" in text_of(reply)
    assert (value_of("name", reply), value_of("version", reply)) == ("Second", "2")
    tenant.refresh_from_db()
    assert tenant.name == "First"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Enter a name of 1 to 200 characters."),
        ("T" * 201, "Enter at most 200 characters. This text has 201: 1 too many."),
        ("Contoso", "There is a tenant named Contoso already. Enter another name."),
    ],
)
def test_organisation_with_an_invalid_name_is_refused(
    administrator_browser: Browser, tenant: Tenant, name: str, sentence: str
) -> None:
    make_tenant("Contoso")

    reply = administrator_browser.post(PAGE, {"name": name, "version": "1"})

    assert reply.status_code == 422
    assert sentence in text_of(reply)
    assert value_of("name", reply) == name
