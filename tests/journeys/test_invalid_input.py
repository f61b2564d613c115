"""Invalid input: the same window, a sentence at the field, all input kept, no row."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import (
    add_client,
    expect_window,
    open_add_client,
    send_wrong,
    to_second_step,
)
from tests.journeys.visitor import Visitor, expect_focus, focused, press, window_of
from tests.portal_process import PortalProcess

Row = tuple[str, str, str]  # the id of a field, the input, the expected sentence

LIFETIME: Final = "Enter a whole number from 60 to 3600. "
NO_NUMBER: Final = LIFETIME + "Use only the digits 0 to 9."
TOO_SHORT: Final = LIFETIME + "The shortest Token Lifetime is 60 seconds (one minute)."
TOO_LONG: Final = LIFETIME + "The longest Token Lifetime is 3600 seconds (one hour)."
NO_DATE: Final = "Enter a date and time as YYYY-MM-DD hh:mm, for example 2027-11-23 10:15, "
OVERRIDE: Final = "Enter the text without characters that control its direction or display. "
IN_TEN_YEARS: Final = datetime.now(UTC) + timedelta(days=3652)  # allow for two or three leap days


def too_long(maximum: int) -> str:
    return f"Enter at most {maximum} characters. This text has {maximum + 1}: 1 too many."


FIRST_WINDOW: Final[list[Row]] = [
    ("id_name", "", "Enter a name of 1 to 200 characters."),
    ("id_name", "   ", "Enter a name of 1 to 200 characters."),
    ("id_name", "n" * 201, too_long(200)),
    ("id_name", "Pump\u202e14", OVERRIDE + "Remove character 5 (U+202E)."),
    ("id_name", "TAKEN NAME", "There is a client named TAKEN NAME already. Enter another name."),
    ("id_token_lifetime", "59", TOO_SHORT),
    ("id_token_lifetime", "3601", TOO_LONG),
    ("id_token_lifetime", "9" * 40, TOO_LONG),
    ("id_token_lifetime", "-60", NO_NUMBER),
    ("id_token_lifetime", "60.5", NO_NUMBER),
    ("id_token_lifetime", " 900", NO_NUMBER),
    ("id_token_lifetime", "\u0669\u0660\u0660", NO_NUMBER),  # Arabic digits
    ("id_token_lifetime", "ten minutes", NO_NUMBER),
    ("id_description", "d" * 501, too_long(500)),
    ("id_contact", "c" * 201, too_long(200)),
    ("id_tags", "t" * 51, too_long(50)),
    (
        "id_tags",
        ", ".join(f"tag {number}" for number in range(21)),
        "Enter at most 20 tags. There are 21: 1 too many.",
    ),
]
SECOND_WINDOW: Final[list[Row]] = [
    ("id_secret_description", "d" * 201, too_long(200)),
    ("id_secret_description", "a\u2066b", OVERRIDE + "Remove character 2 (U+2066)."),
    ("id_expiration", "", NO_DATE + "or select Never Expires."),
    ("id_expiration", "tomorrow", NO_DATE + "or select Never Expires."),
    ("id_expiration", "2027-02-30 10:15", "Enter another day: there is no 2027-02-30."),
    ("id_expiration", "2027-11-23 25:00", "Enter another time: there is no 25:00."),
    ("id_expiration", "23.11.2027 10:15", NO_DATE + "or select Never Expires."),
    (
        "id_expiration",
        "2020-01-01 00:00",
        "Enter a date and time in the future, or select Never Expires.",
    ),
    (
        "id_expiration",
        f"{IN_TEN_YEARS + timedelta(days=2):%Y-%m-%d %H:%M}",
        "Enter a date and time at most 10 years ahead, or select Never Expires. The latest is ",
    ),
]
ROLE_WINDOW: Final[list[Row]] = [
    ("id_name", "", "Enter a name of 1 to 60 characters."),
    ("id_name", "r" * 61, too_long(60)),
    ("id_name", "tenant member", "There is a role named tenant member already."),
    ("id_description", "d" * 201, too_long(200)),
]


@pytest.fixture
def visitor(visitor: Visitor) -> Visitor:
    visitor.expect(422)
    return visitor


def typed_in(page: Page) -> dict[str, list[str]]:
    """Return what the form of the window would send, except the CSRF token."""
    return page.evaluate(
        """() => Object.groupBy(
          [...new FormData(document.querySelector("#window form, .window-page form"))],
          ([name]) => name)"""
    ) | {"csrfmiddlewaretoken": []}


def rows(portal: PortalProcess) -> list[Any]:
    """Return the number of rows in the tables that Add writes."""
    tables = ("client", "clientsecret", "role", "issuedclientid", "auditevent", "usedformkey")
    return [portal.query(f"SELECT count(*) FROM clients_app_{name}")[0] for name in tables]  # noqa: S608  constants only


def expect_refusals(
    portal: PortalProcess, page: Page, title: str, button: str, table: list[Row]
) -> None:
    """Type each of the values; each must be refused in the same way and save nothing."""
    rows_before = rows(portal)
    good = {field: page.locator(f"#{field}").input_value() for field, _, _ in table}
    for field, typed, sentence in table:
        page.locator(f"#{field}").fill(typed)
        before = typed_in(page)

        send_wrong(page, button)

        expect_window(page, title)
        expect(page.locator(f"#{field}_error")).to_contain_text(sentence)
        expect(page.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
        described = page.locator(f"#{field}").get_attribute("aria-describedby") or ""
        assert described.split()[0] == f"{field}_error", field
        assert (field, focused(page)) == (field, field)
        assert page.title().startswith(f"Error: {title}")
        assert typed_in(page) == before, field
        expect(window_of(page).get_by_role("alert")).to_contain_text("There is 1 problem")
        page.locator(f"#{field}").fill(good[field])
    assert rows(portal) == rows_before


@pytest.mark.sweep
def test_add_client_each_invalid_field_is_refused_and_kept(visitor: Visitor) -> None:
    page = visitor.page("/security/clients")
    add_client(page, "Taken name")
    page.reload()
    window = open_add_client(page)
    window.get_by_label("Name").fill("Bad input, first window")
    window.get_by_role("checkbox", name="Secret Rotator").check()
    window.locator("summary").click()
    for label in ("Description", "Contact", "Tags"):
        window.get_by_label(label).fill(f"some {label}")

    expect_refusals(visitor.portal, page, "Add Client", "Continue", FIRST_WINDOW)
    press(page, "Continue")
    expect_window(page, "Add Secret")


def test_add_secret_each_invalid_field_is_refused_and_kept(visitor: Visitor) -> None:
    page = visitor.page("/security/clients")
    to_second_step(page, "Bad input, second window")
    window_of(page).get_by_label("Description").fill("some Description")

    expect_refusals(visitor.portal, page, "Add Secret", "Add", SECOND_WINDOW)
    press(page, "Add")
    expect_window(page, "Client Successfully Created")


def test_add_role_each_invalid_field_is_refused_and_kept(visitor: Visitor) -> None:
    page = visitor.page("/security/roles")
    page.get_by_role("link", name="Add Role").click()
    window = expect_window(page, "Add Role")
    window.get_by_label("Name").fill("Bad input")
    window.get_by_label("Description").fill("some Description")

    expect_refusals(visitor.portal, page, "Add Role", "Add", ROLE_WINDOW)


def test_add_client_several_invalid_fields_are_listed_and_first_focused(visitor: Visitor) -> None:
    page = visitor.page("/security/clients")
    window = open_add_client(page)
    window.get_by_label("Token Lifetime").fill("5")
    window.locator("summary").click()
    window.get_by_label("Contact").fill("c" * 201)

    send_wrong(page, "Continue")

    summary = window.get_by_role("alert")
    expect(summary).to_contain_text("There are 3 problems")
    expect_focus(page, "id_name")
    expect(window.get_by_label("Contact")).to_be_visible()  # More opens by itself
    summary.get_by_role("link", name=re.compile("^Contact: ")).click()
    expect_focus(page, "id_contact")


def test_add_client_tenant_administrator_needs_a_second_tick(visitor: Visitor) -> None:
    page = visitor.page("/security/clients")
    window = open_add_client(page)
    window.get_by_label("Name").fill("Mighty gateway")
    tick = window.get_by_role("checkbox", name="Make Mighty gateway a Tenant Administrator")
    expect(tick).to_be_hidden()
    window.get_by_role("checkbox", name="Full control of the tenant").check()
    expect(tick).to_be_visible()

    send_wrong(page, "Continue")

    expect(window).to_contain_text("Confirm that Mighty gateway becomes a Tenant Admin")
    expect_focus(page, "id_confirm_admin")
    tick.check()
    press(page, "Continue")
    expect_window(page, "Add Secret")


@WITHOUT_JAVASCRIPT
def test_add_client_without_javascript_returns_the_page_filled(
    visitor: Visitor, live_portal: PortalProcess
) -> None:
    visitor.expect(422)
    page = visitor.page("/security/clients/add")
    page.get_by_label("Name").fill("n" * 201)
    page.get_by_label("Token Lifetime").fill("59")
    before = rows(visitor.portal)

    press(page, "Continue")

    expect(page).to_have_title(re.compile("^Error: Add Client"))
    expect(page.get_by_label("Name")).to_have_value("n" * 201)
    expect(page.get_by_label("Token Lifetime")).to_have_value("59")
    expect(page.locator("#id_name_error")).to_have_text(too_long(200))
    expect(page.locator("#id_token_lifetime_error")).to_have_text(TOO_SHORT)
    expect(page.get_by_label("Name")).to_be_focused()
    assert rows(visitor.portal) == before
