"""Accessibility of what the portal says about a session: its end, a proof, guesses."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.page_actions import expect_window, send_wrong
from tests.journeys.signed_in import cookies_of
from tests.journeys.visitor import DESK, PHONE, Visitor, window_of
from tests.portal_process import PortalProcess

CLIENTS: Final = "/security/clients"
NEARLY_OVER: Final = {"Session-Left": "100"}


@pytest.mark.sweep
def test_accessibility_of_the_session_warning(
    mara: Visitor, accessibility: AccessibilityChecks
) -> None:
    """Over the page and in an open window."""
    page = mara.page()
    page.clock.install()
    page.route("**/session", lambda route: route.fulfill(status=204, headers=NEARLY_OVER))
    page.goto("/security/roles")
    warning = page.get_by_role("alert").filter(has_text="You will be signed out in 2 minutes")
    page.clock.fast_forward(1_700_000)
    expect(warning).to_be_visible()
    accessibility.check(page, "Session warning")
    page.get_by_role("link", name="Add Role").click()
    window = expect_window(page, "Add Role")
    page.clock.fast_forward(1_700_000)
    expect(window.get_by_role("alert")).to_be_visible()
    accessibility.check(page, "Session warning in a window")


@pytest.mark.sweep
def test_accessibility_of_confirm_identity(
    chromium: Browser,
    live_portal: PortalProcess,
    new_visitor: Callable[..., Visitor],
    accessibility: AccessibilityChecks,
) -> None:
    """In a session of its own: others share one whose proof of identity is new."""
    cookies = cookies_of(chromium, live_portal, "mara.okafor")
    visitor = new_visitor(live_portal, storage_state=cookies, bypass_csp=True)
    visitor.expect(422)
    (session,) = (c["value"] for c in visitor.context.cookies() if c["name"] == "sessionid")
    aged = live_portal.run("shell", "-c", AGE.format(session=session))
    assert aged.returncode == 0, aged.stderr
    page = visitor.page(CLIENTS)
    page.get_by_role("link", name="Add Client").first.click()
    expect_window(page, "Confirm your identity")
    accessibility.check(page, "Confirm your identity")
    window_of(page).get_by_label("Password").fill("wrong")
    send_wrong(page, "Continue")
    accessibility.check(page, "Confirm your identity, wrong")


AGE = """
from importlib import import_module
from django.conf import settings
store = import_module(settings.SESSION_ENGINE).SessionStore({session!r})
for proof in store["account_authentication_methods"]:
    proof["at"] -= 3600
store.save()
"""


def left_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["x"]


@pytest.mark.sweep
def test_accessibility_of_the_notice_of_guesses(
    visit_as: Callable[[str], Visitor],
    live_portal: PortalProcess,
    accessibility: AccessibilityChecks,
) -> None:
    visitor = visit_as("jonas.berg")
    people = "from clients_app.models import Person; Person.objects.filter(username='jonas.berg')"
    guessed = live_portal.run(
        "shell",
        "-c",
        f"{people}.update(guessed_at='2026-11-23T12:00Z')",
    )
    assert guessed.returncode == 0, guessed.stderr
    for path in ("/security/roles", CLIENTS):
        page = visitor.page(path)
        notice = page.get_by_role("alert").filter(has_text="Several wrong passwords")
        expect(notice).to_be_visible()
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            assert left_of(notice) == left_of(page.get_by_role("heading", level=1))
        accessibility.check(page, f"{path}, notice of guesses")
    notice.get_by_role("button", name="Close").click()
    expect(notice).to_have_count(0)
    expect(page).to_have_url(f"{live_portal.url}{CLIENTS}")
