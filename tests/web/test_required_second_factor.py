"""People who need a second factor are redirected to set one up before any other page opens."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients_app.actors import INSTALLATION, Actor
from clients_app.models import Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.people.sign_ins import record_sign_in
from clients_app.services.tenants.tenants import add_tenant
from tests.actors import command_line_in
from tests.conftest import browser_of
from tests.factories import code_of, give_app, make_person
from tests.responses import HTMX, text_of
from tests.web.second_factor import SET_UP, key_in

CHECK = "/security/policies/check"
LATER = f"{SET_UP}/later"
CLOSED_ADDRESSES = (
    "/",
    "/security/clients",
    "/security/roles",
    "/find",
    "/help/shortcuts",
    "/admin/",
)


@pytest.fixture
def factor_policy(tenant: Tenant) -> None:
    """The tenant's policy requires a second factor of its administrators."""
    Tenant.objects.filter(pk=tenant.pk).update(mfa_for_administrators=True)


def redirected_to_setup(browser: Browser) -> set[str]:
    """Return the addresses that redirect to the page that sets up an app."""
    replies = {address: browser.get(address, follow=True) for address in CLOSED_ADDRESSES}
    return {address for address, reply in replies.items() if reply.request["PATH_INFO"] == SET_UP}


@pytest.mark.both_databases
@pytest.mark.usefixtures("factor_policy")
def test_policy_requires_a_factor_of_administrators_only(
    administrator_browser: Browser, colleague_browser: Browser, stranger_browser: Browser
) -> None:
    assert redirected_to_setup(administrator_browser) == set(CLOSED_ADDRESSES)
    assert redirected_to_setup(colleague_browser) == set()
    assert redirected_to_setup(stranger_browser) == set()


def test_https_requires_a_factor_of_staff(
    administrator_browser: Browser, colleague_browser: Browser, settings: Any
) -> None:
    settings.HTTPS = True

    assert redirected_to_setup(administrator_browser) == set(CLOSED_ADDRESSES)
    assert redirected_to_setup(colleague_browser) == set()
    assert "You need one: without it" in text_of(administrator_browser.get("/account"))
    assert "You need one: without it" not in text_of(colleague_browser.get("/account"))


def test_policy_of_any_tenant_requires_a_factor_of_staff(
    administrator_browser: Browser, colleague_browser: Browser, stranger: Person
) -> None:
    assert redirected_to_setup(administrator_browser) == set()
    Tenant.objects.filter(pk=stranger.tenant_id).update(mfa_for_administrators=True)

    assert redirected_to_setup(administrator_browser) == set(CLOSED_ADDRESSES)
    assert redirected_to_setup(colleague_browser) == set()


@pytest.mark.usefixtures("factor_policy")
def test_policy_requires_a_factor_of_staff_without_other_roles(colleague: Person) -> None:
    Person.objects.filter(pk=colleague.pk).update(is_staff=True)

    assert "/admin/" in redirected_to_setup(browser_of(colleague))


@pytest.mark.both_databases
def test_policies_page_says_that_staff_need_a_factor_too(administrator_browser: Browser) -> None:
    assert "The same then holds for Staff" in text_of(
        administrator_browser.get("/security/policies")
    )
    wanted = {"version": "1", "mfa_for_administrators": "on"}
    assert "Required, and for Staff too" in text_of(administrator_browser.get(CHECK, wanted))


def test_setting_requires_a_factor_of_everyone(
    administrator_browser: Browser, colleague_browser: Browser, settings: Any
) -> None:
    settings.REQUIRE_MFA = True

    assert redirected_to_setup(administrator_browser) == set(CLOSED_ADDRESSES)
    assert redirected_to_setup(colleague_browser) == set(CLOSED_ADDRESSES) - {
        "/admin/"
    }  # which only Staff may open


@pytest.mark.usefixtures("factor_policy")
def test_required_factor_after_setup_opens_all_pages(administrator_browser: Browser) -> None:
    page = administrator_browser.get(SET_UP)
    assert "Two-factor authentication is required." in text_of(page)

    administrator_browser.post(SET_UP, {"code": code_of(key_in(page))})

    assert redirected_to_setup(administrator_browser) == set()
    assert administrator_browser.get("/security/clients/add").status_code == 200


@pytest.mark.both_databases
@pytest.mark.usefixtures("factor_policy")
def test_required_factor_missing_closes_windows_and_posts(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    window = administrator_browser.get("/security/clients/add", headers=HTMX)
    assert window["HX-Redirect"] == SET_UP
    sent = administrator_browser.post("/security/roles/add", {"name": "New"})
    assert (sent.status_code, sent["Location"]) == (303, SET_UP)
    assert not tenant.roles.filter(name="New").exists()
    assert administrator_browser.post("/admin/clients_app/role/add/")["Location"] == SET_UP


@pytest.mark.usefixtures("factor_policy")
def test_required_factor_missing_leaves_account_and_sign_out_open(
    administrator_browser: Browser,
) -> None:
    assert administrator_browser.get("/account").status_code == 200
    saved = administrator_browser.post("/account/time-zone", {"time_zone": "UTC"})
    assert saved["Location"] == "/account"
    assert administrator_browser.post("/sign-out")["Location"] == "/sign-in"


def test_policies_check_lists_administrators_without_a_factor(
    administrator: Person, tenant: Tenant
) -> None:
    browser = browser_of(administrator)
    wanted = {
        "version": "1",
        "never_expires_allowed": "on",
        "mfa_for_administrators": "on",
    }
    checked = text_of(browser.get(CHECK, wanted))
    assert "Without two-factor authentication" in checked
    assert "<h3>mara</h3>" in checked
    assert not tenant_policy(tenant.pk).mfa_for_administrators

    without = text_of(browser.get(CHECK, wanted | {"mfa_for_administrators": ""}))
    assert "Without two-factor authentication" not in without
    assert browser.post(CHECK, wanted)["Location"] == "/security/policies"
    assert tenant_policy(tenant.pk).mfa_for_administrators
    assert redirected_to_setup(browser) == set(CLOSED_ADDRESSES)
    give_app(administrator)
    assert redirected_to_setup(browser) == set()


def new_administrator(tenant: Tenant, *, signed_in: timedelta, **fields: Any) -> Browser:
    """Return the browser of an administrator who signed in for the first time so long ago."""
    person = make_person("ann", tenant, TENANT_ADMINISTRATOR, **fields)
    person.first_signed_in_at = timezone.now() - signed_in
    person.save()
    return browser_of(person)


@pytest.mark.usefixtures("factor_policy")
def test_required_factor_is_put_off_for_a_week_after_the_first_sign_in(tenant: Tenant) -> None:
    browser = new_administrator(tenant, signed_in=timedelta(days=6, hours=23))
    assert redirected_to_setup(browser) == set(CLOSED_ADDRESSES) - {"/admin/"}
    assert "You can put this off until" in text_of(browser.get(SET_UP))

    reply = browser.post(LATER)

    assert (reply.status_code, reply["Location"]) == (303, "/")
    assert redirected_to_setup(browser) == set()
    Person.objects.update(first_signed_in_at=timezone.now() - timedelta(days=7))
    assert "/security/clients" in redirected_to_setup(browser)
    assert "put this off" not in text_of(browser.get(SET_UP))
    assert browser.post(LATER)["Location"] == SET_UP


@pytest.mark.usefixtures("factor_policy")
def test_required_factor_is_put_off_until_the_next_sign_in(tenant: Tenant) -> None:
    browser = new_administrator(tenant, signed_in=timedelta(0))
    assert browser.get(LATER)["Location"] == SET_UP  # a GET puts nothing off
    assert "/security/clients" in redirected_to_setup(browser)
    browser.post(LATER)
    assert redirected_to_setup(browser) == set()

    assert "/security/clients" in redirected_to_setup(
        browser_of(Person.objects.get(username="ann"))
    )


@pytest.mark.parametrize("fields", [{"is_staff": True}, {}])
def test_required_factor_is_not_put_off_by_staff_or_with_the_setting(
    tenant: Tenant, settings: Any, fields: dict[str, Any]
) -> None:
    settings.HTTPS, settings.REQUIRE_MFA = True, not fields
    browser = new_administrator(tenant, signed_in=timedelta(0), **fields)

    assert browser.post(LATER)["Location"] == SET_UP

    assert "put this off" not in text_of(browser.get(SET_UP))
    assert "/security/clients" in redirected_to_setup(browser)


@pytest.mark.both_databases
def test_sign_in_for_the_first_time_is_remembered(administrator: Person, now: datetime) -> None:
    by = command_line_in(administrator.tenant)
    record_sign_in(administrator, actor=by, now=now)
    record_sign_in(administrator, actor=by, now=now + timedelta(days=1))

    assert Person.objects.get(pk=administrator.pk).first_signed_in_at == now


@pytest.mark.parametrize("https", [True, False])
def test_tenant_added_to_a_public_portal_requires_a_factor(
    db: None, settings: Any, now: datetime, https: bool
) -> None:
    settings.HTTPS = https
    by = Actor.command_line(INSTALLATION, operation_id="")

    tenant = add_tenant("Contoso", actor=by, now=now)

    assert tenant_policy(tenant.pk).mfa_for_administrators is https
