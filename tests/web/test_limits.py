"""The limits of what people enter: the last value is taken, the next is refused (CLI-5)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from clients_app.limits import SAVED_FILTER_QUERY_MAX
from clients_app.models import Client, ClientSecret, Person, Role, SavedFilter, Tenant
from clients_app.selectors.tenants.policies import tenant_policy
from tests.conftest import browser_of
from tests.factories import insert_clients, make_role
from tests.portal_process import PASSWORD
from tests.responses import text_of

pytestmark = pytest.mark.both_databases

LIST = "/security/clients"
REGISTER = "/security/clients/register"
#: fields of Add Client: their last text that is taken
TEXTS = {
    "name": "n" * 200,
    "description": "d" * 500,
    "contact": "c" * 200,
    "secret_description": "s" * 200,
    "tags": "t" * 50,
}


@pytest.mark.parametrize("field", TEXTS)
def test_text_of_add_client_at_its_limit_is_taken_and_one_more_refused(
    administrator_browser: Browser,
    draft: dict[str, Any],
    dump_of_every_table: Callable[[], str],
    field: str,
) -> None:
    longest = TEXTS[field]
    refused = administrator_browser.post(REGISTER, draft | {field: longest + longest[0]})
    assert refused.status_code == 422
    assert "1 too many." in text_of(refused)
    assert not Client.objects.exists()

    assert administrator_browser.post(REGISTER, draft | {field: longest}).status_code == 200
    assert longest in dump_of_every_table()


@pytest.mark.parametrize(
    ("lifetime", "is_taken"), [("59", False), ("60", True), ("3600", True), ("3601", False)]
)
def test_token_lifetime_is_from_60_to_3600_s(
    administrator_browser: Browser, draft: dict[str, Any], lifetime: str, is_taken: bool
) -> None:
    reply = administrator_browser.post(REGISTER, draft | {"token_lifetime": lifetime})

    assert reply.status_code == (200 if is_taken else 422)
    assert Client.objects.filter(token_lifetime_s=int(lifetime)).exists() is is_taken


@pytest.mark.parametrize(("field", "longest"), [("name", "n" * 60), ("description", "d" * 200)])
def test_text_of_a_role_at_its_limit_is_taken_and_one_more_refused(
    administrator_browser: Browser, field: str, longest: str
) -> None:
    form = {"name": "Turbines", "description": ""}
    address = "/security/roles/add"
    refused = administrator_browser.post(address, form | {field: longest + longest[0]})
    assert refused.status_code == 422
    assert not Role.objects.filter(**{field: longest + longest[0]}).exists()

    administrator_browser.post(address, form | {field: longest})
    assert Role.objects.filter(**{field: longest}).exists()


def test_name_of_a_saved_filter_has_at_most_60_characters(
    administrator_browser: Browser, machine: Any
) -> None:
    address = "/security/clients/filters/add?q=Reservoir"
    assert administrator_browser.post(address, {"name": "f" * 61}).status_code == 422
    assert not SavedFilter.objects.exists()

    administrator_browser.post(address, {"name": "f" * 60})
    assert SavedFilter.objects.get().name == "f" * 60


def test_name_of_the_organisation_has_at_most_200_characters(
    administrator_browser: Browser, administrator: Person
) -> None:
    address = "/security/organisation"
    refused = administrator_browser.post(address, {"name": "o" * 201, "version": "1"})
    assert refused.status_code == 422
    assert "1 too many." in text_of(refused)
    administrator_browser.post(address, {"name": "o" * 200, "version": "1"})

    assert Tenant.objects.get(pk=administrator.tenant_id).name == "o" * 200


@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
def test_url_has_at_most_2000_characters(
    register_application: Callable[..., int], field: str
) -> None:
    longest = "https://map.example/".ljust(2000, "p")
    assert register_application(**{field: [f"{longest}p"]}) == 422
    assert not Client.objects.exists()

    assert register_application(**{field: [longest]}) == 200
    assert Client.objects.get().urls.filter(url=longest).count() == 1


@pytest.mark.parametrize(("minutes", "is_taken"), [(0, True), (1, False)])
def test_expiration_date_is_at_most_10_years_ahead(
    administrator: Person,
    address: Callable[..., str],
    draft: dict[str, Any],
    minutes: int,
    is_taken: bool,
) -> None:
    moment = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
    end = moment.replace(year=2036) + timedelta(minutes=minutes)
    with time_machine.travel(moment, tick=False):
        typed = draft | {"expiration": f"{end:%Y-%m-%d %H:%M}"}
        reply = browser_of(administrator).post(address("/secrets/add"), typed)

    assert reply.status_code == (200 if is_taken else 422)
    assert ClientSecret.objects.filter(expires_at=end).exists() is is_taken


@pytest.mark.parametrize(("days", "is_taken"), [("3650", True), ("3651", False)])
@pytest.mark.parametrize("field", ["secret_days_max", "rotation_days"])
def test_policy_is_of_at_most_3650_days(
    administrator_browser: Browser, tenant: Tenant, field: str, days: str, is_taken: bool
) -> None:
    typed = {"version": "1", "never_expires_allowed": "on", field: days, "confirm": "on"}
    reply = administrator_browser.post("/security/policies/check", typed)

    assert reply.status_code == (303 if is_taken else 422)
    assert getattr(tenant_policy(tenant.pk), field) == (3650 if is_taken else None)


def test_longest_filter_is_saved_and_finds_the_same(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    """Each character of it takes twelve of the address; a longer one is cut there."""
    role = make_role("Pumps", tenant)
    shown = f"type=authorization-code&show=never&role={role.pk}&sort=-created&select=1&page=9999999"
    drop = "\N{DROPLET}"
    sent = administrator_browser.post(f"{LIST}/filters/add?{shown}&q={drop * 201}", {"name": "f"})

    assert sent.status_code == 303
    saved = SavedFilter.objects.get().query
    assert saved.count("%F0%9F%92%A7") == 200
    assert len(saved) <= SAVED_FILTER_QUERY_MAX
    assert f'value="{drop * 200}"' in text_of(administrator_browser.get(f"{LIST}{saved}"))


def test_client_with_the_longest_name_is_found_by_it(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    """Lists compare keys, in which each of these characters is three."""
    name = "\N{LATIN SMALL LIGATURE FFI}" * 200
    insert_clients([name], tenant)

    assert f">{name}<" in text_of(administrator_browser.get(LIST, {"q": name}))


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [("Twelve-char", False), ("Twelve-chars", True), ("four white egrets " * 50, True)],
)
def test_password_has_at_least_12_characters_and_may_be_long(
    colleague_browser: Browser, password: str, is_taken: bool
) -> None:
    typed = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    reply = colleague_browser.post("/account/password", typed)

    assert reply.status_code == (303 if is_taken else 422)
    signed_in = Browser().post("/sign-in", {"login": "jonas", "password": password})
    assert signed_in.status_code == (303 if is_taken else 422)
