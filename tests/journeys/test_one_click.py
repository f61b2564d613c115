"""A form is sent once however often its button is pressed, also without htmx (WEB-16)."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT, NewVisitor
from tests.journeys.visitor import Visitor
from tests.portal_process import PortalProcess
from tests.sampling import sampled

NOTICES = "/security/notices"
FORMS = {
    NOTICES: ["Create calendar link", "Add webhook", "Save"],
    "/account": ["Change password", "Save theme", "Save time zone", "Save shortcuts"],
    "/account/authenticator": ["Set up"],
    "/admin/clients_app/signingkey/rotate/": ["Rotate Keys"],
    "/security/roles/add": ["Add"],  # a window as a page of its own
}


def sent_posts(page: Page) -> list[str]:
    """Return the list of addresses that get a form from now on; the page stays as it is."""
    sent: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
            route.fulfill(status=204)
        else:
            route.continue_()

    page.route("**", answer)
    return sent


@pytest.mark.parametrize(
    ("address", "name"),
    sampled([(address, name) for address, names in FORMS.items() for name in names], count=2),
)
def test_double_click_sends_a_form_once(visitor: Visitor, address: str, name: str) -> None:
    page = visitor.page(address)
    posts = sent_posts(page)
    button = page.get_by_role("button", name=name, exact=True).locator("visible=true").first

    button.dblclick()

    expect(button).to_be_disabled()
    assert len(posts) == 1


def test_double_click_at_sign_in_sends_the_form_once(
    new_visitor: NewVisitor, live_portal: PortalProcess
) -> None:
    visitor = new_visitor(live_portal)
    page = visitor.page("/sign-in")
    page.get_by_label("Username").fill("mara")
    page.get_by_label("Password", exact=True).fill("wrong")
    posts = sent_posts(page)
    button = page.get_by_role("button", name="Sign in", exact=True)

    button.dblclick()

    expect(button).to_be_disabled()
    assert len(posts) == 1


def test_enter_twice_sends_a_form_once(visitor: Visitor) -> None:
    page = visitor.page("/account")
    posts = sent_posts(page)
    page.get_by_label("Current password").focus()

    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Change password")).to_be_disabled()
    assert len(posts) == 1


@WITH_AND_WITHOUT_JAVASCRIPT
def test_double_click_shows_a_link_that_works_or_says_what_happened(visitor: Visitor) -> None:
    page = visitor.page(NOTICES)

    page.get_by_role("button", name="calendar link").dblclick()

    link = page.locator("#id_calendar_address")
    said = page.get_by_text("A new calendar link was created. If you did not see it")
    expect(link.or_(said)).to_be_visible()
    if link.count():
        assert visitor.context.request.get(link.inner_text()).ok


def test_button_works_again_after_back(visitor: Visitor) -> None:
    page = visitor.page("/account")
    button = page.get_by_role("button", name="Save time zone")
    button.click()
    expect(page.locator("#toasts")).to_contain_text("Time zone saved.")

    page.go_back()

    expect(button).to_be_enabled()
