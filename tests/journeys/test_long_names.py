"""Names without a space to break at, as long as they may be: every screen stays as wide as it is.

Source: ACS-5.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from clients_app import limits
from tests.journeys import long_names
from tests.journeys.near_misses import missing_token
from tests.journeys.page_actions import expect_window, open_window, to_second_step
from tests.journeys.signed_in import cookies_of
from tests.journeys.test_accessibility import PAGES, WINDOWS
from tests.journeys.visitor import PHONE, Visitor, press, window_of
from tests.portal_process import PASSWORD, PortalProcess
from tests.prepared_portal import new_portal

LAPTOP: Final = {"width": 1280, "height": 800}
MORE_PAGES: Final = (
    "security/clients?show=removed",
    "security/clients?type=authorization-code",
    "security/clients/<public_id>",
    f"security/clients?q={'W' * 199}",
    f"security/roles?q={'W' * 60}",
    f"security/activity?q={'W' * 199}&when=always",
)
#: after the windows of all tenants; the last title of an address is the one here
MORE_WINDOWS: Final = (
    ("security/clients/<removed_id>/restore", "Restore Client"),
    ("security/clients/<public_id>/edit", "Edit Client"),
    (f"find?q={'W' * 60}", "Find"),
    ("security/clients/add", "Add Client"),
    ("security/roles/<role_id>", long_names.long("A", limits.ROLE_NAME_MAX)),
)
#: the second window of Add Client: what is pressed, and the title of what comes
WAYS: Final = {
    "Public Key": "Add Public Key",
    "Federated Identity": "Add Federated Identity",
    "GitHub Actions": "Add Federated Identity",
}
ADMIN: Final = (
    *("", "clients_app/"),
    *(
        f"clients_app/{model}/{rest}"
        for model in ("tenant", "person", "role", "client", "clientsecret", "auditevent")
        for rest in ("", "<first>")
    ),
    "clients_app/client/<client_id>/secrets/add/",
    "clients_app/client/<client_id>/disable/",
    "clients_app/client/<client_id>/remove/",
    "clients_app/client/<removed_id>/restore/",
    "clients_app/role/<role_id>/edit/",
    "clients_app/role/<role_id>/remove/",
)
#: Boxes that scroll sideways, or are wider than the window, other than those that are meant to;
#: texts that are cut off without the whole in a title.
WIDE: Final = """() => {
  const MEANT_TO =
    "pre, .tabs, .attention ul, input, textarea, select, option, #changelist .results";
  const seen = (element) => element.checkVisibility({ visibilityProperty: true })
    && !element.closest(".sr-only, .skip, .visually-hidden") && element.clientHeight > 1;
  const named = (element, what) =>
    `${what}: ${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 30)}`;
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} pixels wide`);
  for (const element of document.querySelectorAll("body *")) {
    if (!seen(element) || element.matches(MEANT_TO)) continue;
    const overflow = getComputedStyle(element).overflowX;
    if (element.scrollWidth <= element.clientWidth + 1 || overflow === "visible") continue;
    if (["auto", "scroll"].includes(overflow)) found.push(named(element, "scrolls"));
    else if (!element.closest("[title]")) found.push(named(element, "is cut off"));
  }
  for (const cell of document.querySelectorAll("#result_list td, #result_list th"))
    if (cell.offsetWidth > 400) found.push(named(cell, `is ${cell.offsetWidth} pixels wide`));
  return found;
}"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal with the tenant of long names."""
    for portal in new_portal(tmp_path_factory.mktemp("long")):
        code = f"from tests.journeys import long_names; long_names.settle({PASSWORD!r})"
        settled = portal.run("shell", "-c", code)
        assert settled.returncode == 0, settled.stderr
        yield portal


@pytest.fixture
def page(chromium: Browser, portal: PortalProcess, new_visitor: Callable[..., Visitor]) -> Page:
    """A page of the tenant's administrator."""
    cookies = cookies_of(chromium, portal, long_names.USERNAME)
    visitor = new_visitor(portal, storage_state=cookies)
    visitor.expect(404, 422)
    return visitor.page()


def address_of(portal: PortalProcess, route: str) -> str:
    """Return an address with the ids of the tenant's rows filled in."""

    def first(table: str, where: str) -> str:
        return str(portal.query(f"SELECT id FROM clients_app_{table} WHERE {where}")[0][0])  # noqa: S608  constants only

    ids = {
        "client_id": first("client", "name LIKE 'AW%'"),
        "full_id": first("client", "name LIKE 'BW%'"),
        "rotating_id": first("client", "name LIKE 'BW%'"),
        "removed_id": first("client", "name LIKE 'CW%'"),
        "public_id": first("client", "name LIKE 'HW%'"),
        "role_id": first("role", "name LIKE 'AW%'"),
        "api_id": first("api", "name LIKE 'AW%'"),
        "person_id": first("person", "username LIKE 'UUU%'"),
        "invited_id": first("person", "username LIKE 'IW%'"),
    }
    ids["secret_id"] = first("clientsecret", f"client_id = '{ids['client_id']}'")
    ids["key_id"] = first("clientkey", f"client_id = '{ids['client_id']}'")
    ids["identity_id"] = first("federatedidentity", f"client_id = '{ids['client_id']}'")
    ids["near_miss_id"] = first("nearmiss", f"identity_id = {ids['identity_id']}")
    ids["full_secret_id"] = first("clientsecret", f"client_id = '{ids['full_id']}'")
    ids = {name: str(UUID(one)) if len(one) > 20 else one for name, one in ids.items()}
    return "/" + re.sub(r"<(\w+)>", lambda match: ids[match[1]], route)


def widths(page: Page, screen: str) -> list[str]:
    """Return what is too wide on the screen, by the width of the window.

    The width that the page has is first: each change of it lays out the page again.
    """
    found = []
    for size in sorted((LAPTOP, PHONE), key=lambda size: size != page.viewport_size):
        page.set_viewport_size(size)
        found += [f"{screen}, {size['width']}: {one}" for one in page.evaluate(WIDE)]
    return found


@pytest.mark.sweep
def test_long_names_leave_every_page_as_wide_as_its_window(
    page: Page, portal: PortalProcess
) -> None:
    problems = []
    for route in (*PAGES, *MORE_PAGES):
        page.goto(address_of(portal, route))
        page.evaluate("document.querySelector('#list-options')?.showPopover()")
        problems += widths(page, route)
    assert not problems, "\n".join(problems)


@pytest.mark.sweep
def test_long_names_leave_every_window_as_wide_as_it_is(page: Page, portal: PortalProcess) -> None:
    page.goto("/security/roles")
    problems = []
    for route, title in dict((*WINDOWS, *MORE_WINDOWS)).items():
        page.evaluate("() => document.querySelector('#window').replaceChildren()")
        open_window(page, address_of(portal, route), title)
        problems += widths(page, route)
    assert not problems, "\n".join(problems)


def test_long_claims_of_a_tested_token_leave_its_window_as_wide_as_it_is(
    page: Page, portal: PortalProcess
) -> None:
    page.goto("/security/roles")
    address = address_of(portal, "security/clients/<client_id>/token-trial")
    open_window(page, address, "Test a token")
    window_of(page).get_by_label("Token").fill(missing_token("W" * 300))
    press(page, "Test")
    refused = window_of(page).get_by_text("The token endpoint would refuse this token.")
    expect(refused).not_to_have_count(0)
    problems = widths(page, "tested token")
    assert not problems, "\n".join(problems)


def test_long_name_of_a_new_client_leaves_each_second_window_as_wide_as_it_is(page: Page) -> None:
    page.goto("/security/clients")
    to_second_step(page, "N" + "W" * (limits.NAME_MAX - 1))
    problems = widths(page, "secret")
    for way, title in WAYS.items():
        page.set_viewport_size(LAPTOP)
        press(page, way)
        expect_window(page, title)
        problems += widths(page, way)
    assert not problems, "\n".join(problems)


@pytest.mark.sweep
def test_long_names_leave_the_admin_site_as_wide_as_its_window(
    page: Page, portal: PortalProcess
) -> None:
    problems = []
    for route in ADMIN:
        where = route.removesuffix("<first>")
        page.goto(address_of(portal, f"admin/{where}"))
        if "<first>" in route:
            page.locator("#result_list tbody th a").first.click()
            page.wait_for_load_state()
        problems += widths(page, route)
    assert not problems, "\n".join(problems)
