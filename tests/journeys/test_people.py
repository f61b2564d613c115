"""Users: from the invitation to the first sign-in, and what an administrator changes then."""

from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT, NewVisitor
from tests.journeys.page_actions import expect_window, open_place
from tests.journeys.visitor import Visitor, press

GOOD = "Seven-grey-herons-7"


def invite(page: Page, username: str) -> str:
    """Invite a person, after a refusal that keeps what was typed; return the link."""
    page.get_by_role("link", name="Invite", exact=True).click()
    window = expect_window(page, "Invite")
    window.get_by_label("Name", exact=False).last.fill("Lena Horvat")
    press(page, "Invite")
    expect(page.locator("#id_email_error")).to_be_visible()
    expect(window.locator("#id_name")).to_have_value("Lena Horvat")
    window.locator("#id_username").fill(username)
    press(page, "Invite")
    window = expect_window(page, "Invitation link")
    link = window.locator("#id_link").inner_text()
    window.get_by_role("link", name="Close").first.click()
    return link


def accept(visitor: Visitor, link: str) -> Page:
    """Choose a password with the link, which signs in."""
    page = visitor.page(link)
    page.get_by_label("Password", exact=True).fill(GOOD)
    page.get_by_label("Confirm password").fill(GOOD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    return page


def make_viewer(page: Page) -> None:
    page.locator("#details").get_by_role("link", name="Roles").click()
    page.get_by_role("link", name="Edit roles").click()
    window = expect_window(page, "Edit Roles")
    window.get_by_role("checkbox", name="Tenant Viewer").check()
    press(page, "Save")
    expect(page.locator("#details")).to_contain_text("Tenant Viewer")


def choose(page: Page, entry: str, title: str) -> None:
    """Open a window from the menu More Options."""
    page.get_by_role("button", name="More Options").click()
    page.locator("#more-menu").get_by_role("link", name=entry).click()
    expect_window(page, title)


@WITH_AND_WITHOUT_JAVASCRIPT
def test_person_is_invited_accepts_and_is_managed(
    visitor: Visitor, new_visitor: NewVisitor
) -> None:
    visitor.expect(422)
    username = f"lena-{uuid4()}"
    page = visitor.page("/security/clients")
    open_place(page, "Users")
    link = invite(page, username)
    if page.locator("[data-keep-open]").is_visible():  # the link was not copied
        page.get_by_role("link", name="Close").last.click()

    theirs = accept(new_visitor(visitor.portal), link)
    page.goto(f"/security/users?q={username}")
    page.get_by_role("row").filter(has_text=username).get_by_role("link").click()
    expect(page.locator("#details-name")).to_have_text("Lena Horvat")
    make_viewer(page)
    choose(page, "Deactivate", "Deactivate")
    press(page, "Deactivate")
    expect(page.locator("#details .details-title")).to_contain_text("Inactive")
    theirs.reload()
    expect(theirs.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    choose(page, "Activate", "Activate")
    press(page, "Activate")
    expect(page.locator("#details .details-title")).to_contain_text("Active")
