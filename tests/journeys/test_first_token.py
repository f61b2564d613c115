"""From the one-time link of a new installation to a verified token and its revocation.

The same journey twice: with and without JavaScript.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from oauthlib.oauth2.rfc6749.errors import InvalidClientError
from playwright.sync_api import Error, Page, expect

from clients_app.rules.expiry import default_expiration
from tests.journeys import secret_search, token_requests
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
from tests.journeys.visitor import Visitor, content_of, press, sign_in, window_of
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.journey

PASSWORD = "A heron stands in the river"
NOTHING = "\N{EN DASH}"
LINK = re.compile(r"^ *(http://\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def new_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A new installation: its first administrator has no password yet."""
    folder = tmp_path_factory.mktemp("first") / "var"
    with PortalProcess(
        folder, PORTAL_ADMIN_PASSWORD="", PORTAL_ADMIN_USERNAME="administrator"
    ) as portal:
        yield portal


@pytest.mark.one_database
def test_first_token_with_javascript(new_portal: PortalProcess, new_visitor: NewVisitor) -> None:
    link = LINK.findall(new_portal.log())[-1]

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


def expect_nothing_left(visitor: Visitor, page: Page, credentials: Credentials) -> None:
    """Search for the secret everywhere it could have been left."""
    plain = credentials.plain
    assert secret_search.on_server(visitor.portal, plain) == []
    here = page.url
    for move in (None, page.reload, page.go_back, page.go_forward):
        if move:
            move_on(visitor, page, move)
        assert secret_search.found_in(content_of(page), plain) == set()
        if visitor.javascript:
            assert secret_search.in_page(page, plain) == set()
    client = f"/security/clients/{credentials.client_id}"
    for path in (here, client, f"{client}/secrets", f"{client}/activity", "/security/clients"):
        assert secret_search.found_in(visitor.context.request.get(path).text(), plain) == set()
    page.goto(here)


def move_on(visitor: Visitor, page: Page, move: Callable[[], Any]) -> None:
    """Move in the history, and wait for the page to be fetched again."""
    if visitor.javascript:
        page.evaluate("() => { window.isOld = true; }")
    try:
        move()
    except Error as error:
        if "net::ERR_CACHE_MISS" not in str(error):
            raise  # Chromium's error page: it kept no copy of the response to a POST
    if visitor.javascript:
        page.wait_for_function("() => !window.isOld && document.readyState === 'complete'")


def expect_activity(
    page: Page,
    username: str,
    client: str,
    roles: list[str],
    credentials: tuple[Credentials, Credentials],
) -> None:
    """Find every write of the journey in Activity, with the values before and after."""
    first, second = (each.plain[-4:] for each in credentials)
    expected = [
        (f"Added secret Gateway firmware 4.3 (…{second})", ["Ends in", second]),
        (f"Removed secret Gateway firmware 4.2 (…{first})", ["Ends in", first, NOTHING]),
        (f"Added secret Gateway firmware 4.2 (…{first})", ["Description", "Gateway firmware 4.2"]),
        ("Added client", ["Roles", ", ".join(roles)]),
    ]
    open_place(page, "Clients")
    open_client(page, client)
    told = open_tab(page, "Activity").get_by_role("listitem")
    entries = told.filter(has_text=f"by {username}")  # next to the refused requests of the client
    expect(entries).to_have_count(len(expected))
    for number, (sentence, change) in enumerate(expected):
        entry = entries.nth(number)
        expect(entry.locator(".event")).to_have_text(sentence)
        expect(entry).to_contain_text(f"by {username}")
        row = entry.locator("tr, dl > div").filter(has_text=change[0])
        assert row.locator("th, td, dt, dd").all_inner_texts() == change
