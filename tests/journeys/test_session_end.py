"""The page warns before the session expires, and keeps what was typed when it has."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, Route, expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.page_actions import expect_window, open_add_client
from tests.journeys.visitor import Visitor, press, sign_in, window_of
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

POLL = 16_000  # the page polls every 15 s
IDLE_FOR = """
from importlib import import_module
from django.conf import settings
session = import_module(settings.SESSION_ENGINE).SessionStore({key!r})
session["seen_at"] -= {seconds}
session.save()
"""


def signed_in(visitor: Visitor, path: str) -> Page:
    """Sign in again to keep the sessions of other tests; return a page with an adjustable clock."""
    page = visitor.page(f"/sign-in?next={path}")
    sign_in(page)
    page.wait_for_url(f"**{path}")
    page.clock.install()
    page.goto(path)
    return page


def idle(portal: PortalProcess, visitor: Visitor, seconds: int) -> None:
    """Make the session of the visitor look idle for this long."""
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.context.cookies()}
    code = IDLE_FOR.format(key=cookies["sessionid"], seconds=seconds)
    ended = portal.run("shell", "-c", code)
    assert ended.returncode == 0, ended.stderr


def test_session_warning_can_prolong_the_session(
    live_portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(live_portal)
    page = signed_in(visitor, "/security/clients")
    warning = page.get_by_role("alert").filter(has_text="You will be signed out in 2 minutes")

    idle(live_portal, visitor, 1710)
    with page.expect_response("**/security/clients/live*"):
        page.clock.fast_forward(POLL)
    with page.expect_response("**/session"):
        page.clock.fast_forward(5_000)
    expect(warning).to_be_visible()
    with page.expect_response("**/session/stay") as stayed:
        warning.get_by_role("button", name="Stay signed in").click()

    expect(warning).to_have_count(0)
    assert int(stayed.value.headers["session-left"]) > 1750


def test_session_expired_in_an_open_window_keeps_what_was_typed(
    live_portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(live_portal)
    visitor.expect(403)
    page = signed_in(visitor, "/security/clients")
    open_add_client(page).get_by_label("Name", exact=True).fill("Typed for long")
    idle(live_portal, visitor, 1710)

    with page.expect_response("**/session"):
        page.clock.fast_forward(1_700_000)
    expect(window_of(page).get_by_role("alert")).to_contain_text("signed out in 2 minutes")
    idle(live_portal, visitor, 120)
    page.clock.fast_forward(130_000)
    expect(window_of(page)).to_contain_text("You are signed out. Nothing typed is lost")

    press(page, "Continue")
    expect(window_of(page).get_by_label("Username")).to_be_visible()
    sign_in(page)
    window = expect_window(page, "Add Client")
    expect(window.get_by_label("Name", exact=True)).to_have_value("Typed for long")


def test_session_expired_page_goes_to_sign_in_and_returns(
    live_portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    """It reloads once, also if two checks of the session overlap."""
    visitor = new_visitor(live_portal)
    page = signed_in(visitor, "/security/roles")
    expect(page.get_by_role("heading", level=1)).to_have_text("Roles")
    idle(live_portal, visitor, 1801)
    checks: list[Route] = []
    page.route("**/session", lambda check: checks.append(check))
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))

    page.clock.fast_forward(1_790_000)
    page.clock.fast_forward(5_000)
    wait_until(lambda: page.evaluate("true") and checks)  # the call lets events arrive
    for check in checks:
        check.continue_()
    page.unroute("**/session")

    page.wait_for_url("**/sign-in?next=*")
    visited = [urlsplit(each.url).path for each in sent if each.is_navigation_request()]
    assert visited == ["/security/roles", "/sign-in"]
    sign_in(page)
    page.wait_for_url("**/security/roles")
