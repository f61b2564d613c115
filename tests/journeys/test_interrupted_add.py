"""Add Client with an expired session or an unreachable server: keeps input, adds once."""

import os
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.page_actions import (
    close,
    expect_window,
    open_add_client,
    shown_credentials,
    to_second_step,
)
from tests.journeys.visitor import Visitor, expect_focus, press, sign_in, window_of
from tests.portal_process import USERNAME, PortalProcess
from tests.sampling import sampled

NO_ANSWER = (
    "Could not reach the server.The change may or may not have been saved. Try again.Try again"
)


def clients(portal: PortalProcess, name: str) -> int:
    return portal.query(f"SELECT count(*) FROM clients_app_client WHERE name = '{name}'")[0][0]  # noqa: S608  constants only


def open_signed_in(visitor: Visitor, path: str = "/security/clients") -> Page:
    """Open a page in a new session, which the test may end."""
    page = visitor.page(f"/sign-in?next={path}")
    sign_in(page)
    page.wait_for_url(f"**{path}*")
    return page


def sign_out_elsewhere(visitor: Visitor) -> None:
    page = visitor.page("/security/roles")
    page.get_by_role("button", name=USERNAME).click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    page.close()


def lose_the_cookie(visitor: Visitor) -> None:
    visitor.context.clear_cookies(name="sessionid")


ENDS: dict[str, Callable[[Visitor], None]] = {
    "by signing out in another tab": sign_out_elsewhere,
    "by losing the cookie": lose_the_cookie,
}


@pytest.mark.parametrize("end", sampled(ENDS.values()), ids=ENDS)
def test_session_expired_between_continue_and_add_keeps_the_form(
    live_portal: PortalProcess, new_visitor: NewVisitor, end: Callable[[Visitor], None]
) -> None:
    visitor = new_visitor(live_portal)
    visitor.expect(403, 422)
    page = open_signed_in(visitor)
    name = f"Session ended {end.__name__}"
    fill_in_both_windows(page, name)
    end(visitor)

    press(page, "Add")

    window = expect_window(page, "Sign in to Portal")
    expect(window.get_by_role("alert")).to_contain_text("Your session has ended")
    assert clients(live_portal, name) == 0
    sign_in(page, password="not the password at all")
    expect(window.get_by_role("alert")).to_contain_text("Username or password is wrong")
    sign_in(page)
    expect_window(page, "Add Secret")
    assert clients(live_portal, name) == 0  # signing in adds nothing
    expect(window.get_by_label("Description")).to_have_value("typed before the end")
    expect(window.get_by_label("Expiration Date and time")).to_have_value("2030-05-06 07:08")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    assert clients(live_portal, name) == 1
    kept = f"SELECT token_lifetime_s FROM clients_app_client WHERE name = '{name}'"  # noqa: S608  constants only
    assert live_portal.query(kept) == [(120,)]


def fill_in_both_windows(page: Page, name: str) -> None:
    window = open_add_client(page)
    window.get_by_label("Name").fill(name)
    window.get_by_label("Token Lifetime").fill("120")
    press(page, "Continue")
    expect_window(page, "Add Secret")
    window.get_by_label("Description").fill("typed before the end")
    window.get_by_label("Expiration Date and time").fill("2030-05-06 07:08")


def test_session_expired_page_behind_works_after_sign_in(
    live_portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(live_portal)
    visitor.expect(403)
    page = open_signed_in(visitor)
    to_second_step(page, "The page behind")
    lose_the_cookie(visitor)
    press(page, "Add")
    expect_window(page, "Sign in to Portal")
    sign_in(page)
    expect_window(page, "Add Secret")
    page.on("dialog", lambda asked: asked.accept())  # what was typed may go
    page.keyboard.press("Escape")
    expect(window_of(page)).to_have_count(0)

    to_second_step(page, "The page behind")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=USERNAME).click()
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url("**/sign-in*")


def test_session_expired_without_javascript_keeps_the_form(
    live_portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(live_portal, javascript=False)
    visitor.expect(403)
    page = open_signed_in(visitor)
    to_second_step(page, "Session ended on a page")
    page.get_by_label("Description").fill("typed before the end")
    lose_the_cookie(visitor)

    press(page, "Add")

    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    sign_in(page)
    expect_window(page, "Add Secret")
    expect(page.get_by_label("Description")).to_have_value("typed before the end")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    assert clients(live_portal, "Session ended on a page") == 1


def test_add_with_the_server_down_keeps_the_form(
    own_portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    """First down before the form arrives, then stopped while it handles the form."""
    visitor = new_visitor(own_portal)
    visitor.expect("net::ERR_")
    page = open_signed_in(visitor)
    to_second_step(page, "Server gone")
    window_of(page).get_by_label("Description").fill("typed before")

    own_portal.kill()
    press(page, "Add")
    expect_no_answer(page)
    own_portal.start()
    for worker in own_portal.workers():
        os.kill(worker, signal.SIGSTOP)  # they accept the request but do not respond
    with page.expect_request("**/register"):
        press(page, "Try again")
    own_portal.kill()
    expect_no_answer(page)
    own_portal.start()
    press(page, "Try again")

    expect_window(page, "Client Successfully Created")
    assert shown_credentials(page).plain
    assert clients(own_portal, "Server gone") == 1


def test_add_with_a_lost_response_adds_once(
    live_portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(live_portal)
    visitor.expect(409, "net::ERR_FAILED")
    page = open_signed_in(visitor)
    to_second_step(page, "Answer lost")

    def lose_the_answer(route: Route) -> None:
        assert route.fetch().status == 200  # the server has saved it
        route.abort()

    page.route("**/register", lose_the_answer, times=1)
    press(page, "Add")
    expect_no_answer(page)
    assert clients(live_portal, "Answer lost") == 1
    press(page, "Try again")

    window = expect_window(page, "Already Added")
    expect(window).to_contain_text("Already added. Its secret cannot be shown; add a new one.")
    assert "pcs_" not in page.content()
    assert clients(live_portal, "Answer lost") == 1
    close(page)
    expect(page.get_by_role("link", name="Answer lost", exact=True)).to_be_visible()


def expect_no_answer(page: Page) -> None:
    """Expect the window unchanged, with a message at the top that no response came."""
    window = expect_window(page, "Add Secret")
    expect(window.get_by_role("alert")).to_have_text(NO_ANSWER)
    expect_focus(page, "Try again")
