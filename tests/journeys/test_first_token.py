"""From the one-time link of a new installation to a verified token and its revocation.

The same journey twice: with and without JavaScript.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from oauthlib.oauth2.rfc6749.errors import InvalidClientError
from playwright.sync_api import Page, expect

from clients_app.rules.expiry import default_expiration
from tests.journeys import token_requests
from tests.journeys.conftest import NewVisitor
from tests.journeys.page_actions import (
    Credentials,
    add_role,
    close,
    copied_credentials,
    expect_window,
    open_add_client,
    open_client,
    open_place,
    open_tab,
    remove_secret,
    shown_credentials,
)
from tests.journeys.traces import expect_activity, expect_nothing_left
from tests.journeys.visitor import Visitor, press, sign_in, window_of
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.waiting import wait_until

PASSWORD = "A heron stands in the river"
LINK = re.compile(r"^ *(http://\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def new_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A new installation: its first administrator has no password yet."""
    with PortalProcess(
        tmp_path_factory.mktemp("first") / "var",
        like=prepared_portal(),
        PORTAL_ADMIN_PASSWORD_FILE="",
        PORTAL_ADMIN_USERNAME="administrator",
    ) as portal:
        yield portal


def test_first_token_with_javascript(new_portal: PortalProcess, new_visitor: NewVisitor) -> None:
    link = wait_until(lambda: LINK.findall(new_portal.log()))[-1]  # the last line of the start

    journey(
        new_visitor(new_portal),
        link,
        username="administrator",
        role="MyData.Role",
        client="Pump Station 14 gateway",
    )


def test_first_token_without_javascript(new_portal: PortalProcess, new_visitor: NewVisitor) -> None:
    added = new_portal.manage("people", "add", "ulla", "--role", "Tenant Administrator")
    link = LINK.findall(added.stdout)[-1]

    journey(
        new_visitor(new_portal, javascript=False),
        link,
        username="ulla",
        role="LabData.Role",
        client="Lab results uploader",
    )


def journey(visitor: Visitor, link: str, *, username: str, role: str, client: str) -> None:
    """Go from the link to the last token."""
    portal, page = visitor.portal, visitor.page()
    choose_password(page, link)
    open_place(page, "Roles")
    add_role(page, role, "Reads and writes the streams of MyData.")

    roles = [role, "Tenant Member"]
    first = add_client(visitor, page, client, role=role)
    expect_nothing_left(visitor, page, first)
    token_requests.expect_tokens(portal, first, roles=roles, lifetime_s=900)

    open_place(page, "Clients")
    open_client(page, client)
    open_tab(page, "Secrets")
    remove_secret(page, "Gateway firmware 4.2")
    expect(page.locator("#details")).to_contain_text("This client has no secrets")
    assert token_requests.refusal(portal, *first) == (401, "invalid_client")
    with pytest.raises(InvalidClientError):
        token_requests.by_requests_oauthlib(portal, *first)

    second = add_secret(visitor, page)
    assert second.client_id == first.client_id
    token_requests.expect_tokens(portal, second, roles=roles, lifetime_s=900)
    assert token_requests.refusal(portal, *first) == (401, "invalid_client")
    expect_nothing_left(visitor, page, second)
    expect_activity(page, username, client, roles, (first, second))
    sign_out_and_in(page, username)


def choose_password(page: Page, link: str) -> None:
    """Choose the first password, which signs in."""
    page.goto(link)
    assert link.rpartition("-")[2] not in page.url  # the link leaves the address bar immediately
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Password saved. You are signed in.")
    expect_clients(page)


def sign_out_and_in(page: Page, username: str) -> None:
    page.get_by_role("button", name=username).click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, username, PASSWORD)
    expect_clients(page)


def expect_clients(page: Page) -> None:
    page.wait_for_url("**/security/clients*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")


def add_client(visitor: Visitor, page: Page, name: str, *, role: str) -> Credentials:
    """Go through the three windows and check each default; return the copied values."""
    open_place(page, "Clients")
    fill_in_first_window(page, name, role=role)
    address = page.url
    assert (name,) not in visitor.portal.query("SELECT name FROM clients_app_client")
    fill_in_second_window(page)
    press(page, "Add")

    expect_window(page, "Client Successfully Created")
    if visitor.javascript:
        assert page.url == address
    credentials = read_credentials(visitor, page)
    assert credentials.client_id not in page.url
    close(page)
    open_place(page, "Clients")
    expect(page.get_by_role("row").filter(has_text=credentials.client_id)).to_contain_text(name)
    return credentials


def fill_in_first_window(page: Page, name: str, *, role: str) -> None:
    types = page.get_by_role("group", name="Client Type").get_by_role("radio")
    expect(types).to_have_count(3)
    expect(page.get_by_role("radio", name="Client-Credentials")).to_be_checked()

    window = open_add_client(page)
    window.get_by_label("Name").fill(name)
    locked = window.locator(".role-row").filter(has_text="Tenant Member")
    expect(locked).to_contain_text("Always assigned. It cannot be removed.")
    expect(locked.get_by_role("checkbox")).to_have_count(0)
    window.get_by_role("checkbox", name=role).check()
    expect(window.get_by_label("Token Lifetime")).to_have_value("3600")
    window.get_by_label("Token Lifetime").fill("900")
    press(page, "Continue")

    expect_window(page, "Add Secret")


def fill_in_second_window(page: Page) -> None:
    window = window_of(page)
    expect_default_of_one_year(window.get_by_label("Expiration Date and time").input_value())
    expect(window.get_by_role("checkbox", name="Never Expires")).not_to_be_checked()
    window.get_by_label("Description").fill("Gateway firmware 4.2")


def read_credentials(visitor: Visitor, page: Page) -> Credentials:
    """Return the two values of the window, from the clipboard where there is one."""
    values = shown_credentials(page)
    copy = window_of(page).get_by_role("button", name=re.compile("^Copy"))
    if visitor.javascript:
        assert copied_credentials(visitor, page) == values
    else:
        assert copy.count() == 0  # no button without a function
    return values


def add_secret(visitor: Visitor, page: Page) -> Credentials:
    page.locator("#details").get_by_role("link", name="Add Secret").click()
    window = expect_window(page, "Add Secret")
    expect_default_of_one_year(window.get_by_label("Expiration Date and time").input_value())
    window.get_by_label("Description").fill("Gateway firmware 4.3")
    press(page, "Add")
    expect_window(page, "Secret Successfully Added")
    values = read_credentials(visitor, page)
    close(page)
    expect(page.get_by_role("heading", level=3, name="Gateway firmware 4.3")).to_be_visible()
    return values


def expect_default_of_one_year(typed: str) -> None:
    shown_at = datetime.strptime(typed, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    due = default_expiration(datetime.now(UTC), UTC)
    assert timedelta(0) <= due - shown_at < timedelta(minutes=3)
