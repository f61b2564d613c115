"""Sessions: a person ends the one they forgot, and an administrator signs a person out."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT, NewVisitor
from tests.journeys.page_actions import expect_window
from tests.journeys.visitor import Visitor, press, sign_in

GOOD = "Seven-grey-herons-7"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1"


def add_person(visitor: Visitor, new_visitor: NewVisitor) -> tuple[str, Page]:
    """Return the username of a new person, and a page of them, signed in."""
    username = f"ida-{uuid4().hex[:8]}"
    made = visitor.portal.run("people", "add", username, "--tenant", "Herons Ltd")
    page = new_visitor(visitor.portal).page(made.stdout.split()[-1])
    page.get_by_label("Password", exact=True).fill(GOOD)
    page.get_by_label("Confirm password").fill(GOOD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    return username, page


def expect_signed_out(page: Page) -> None:
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


@pytest.mark.sweep
@WITH_AND_WITHOUT_JAVASCRIPT
def test_person_ends_a_session_and_an_administrator_the_other(
    visitor: Visitor, new_visitor: NewVisitor
) -> None:
    username, mine = add_person(visitor, new_visitor)
    phone = new_visitor(visitor.portal, user_agent=PHONE).page("/sign-in?next=/account")
    sign_in(phone, username, GOOD)
    expect(phone.locator("#acc-sessions")).to_be_visible()

    mine.goto("/account")
    expect(mine.locator("section").filter(has=mine.locator("#acc-sessions"))).to_contain_text(
        "This browser: Chrome on Linux"
    )
    mine.get_by_role("button", name="End session: Safari on iPhone").click()
    expect(mine.get_by_text("Session ended.")).to_be_visible()
    expect(mine.get_by_role("button", name="End session")).to_have_count(0)
    expect_signed_out(phone)

    page = visitor.page(f"/security/users?q={username}")
    page.get_by_role("row").filter(has_text=username).get_by_role("link").click()
    page.locator("#details").get_by_role("link", name="Sessions").click()
    expect(page.locator("#details")).to_contain_text("Chrome on Linux")
    page.get_by_role("link", name="End all").click()
    expect(expect_window(page, "End sessions")).to_contain_text("Chrome on Linux")
    press(page, "End")
    expect(page.locator("#details")).to_contain_text("This person is not signed in.")
    expect_signed_out(mine)
