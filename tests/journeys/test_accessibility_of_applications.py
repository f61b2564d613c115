"""Accessibility of the pages between an application and the portal."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from clients_app.rules.pkce import challenge_of
from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.larkfield import NAME
from tests.journeys.visitor import Visitor
from tests.oauth.authorize.requests import VERIFIER
from tests.portal_process import PortalProcess

CALLBACK = "https://a-rather-long-host-name-of-an-application.rooms.example/callback"


def check(accessibility: AccessibilityChecks, page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    accessibility.check(page, heading)


@pytest.mark.sweep
def test_accessibility_of_pages_for_applications(
    visit_as: Callable[[str], Visitor],
    live_portal: PortalProcess,
    accessibility: AccessibilityChecks,
) -> None:
    added = live_portal.run(
        *("clients", "add", "Meeting rooms of the head office", "--json", "--tenant", NAME),
        *("--type", "authorization-code", "--redirect-uri", CALLBACK, "--allow-refresh-token"),
        *("--client-uri", "https://rooms.example/about/the/booking/of/rooms"),
    )
    assert added.returncode == 0, added.stderr
    params = {
        "client_id": json.loads(added.stdout)["client_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile email offline_access api",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    address = f"/identity/connect/authorize?{urlencode(params)}"

    visitor = visit_as("mara.okafor")
    visitor.expect(400)
    page = visitor.page(address)
    check(accessibility, page, "Allow Meeting rooms of the head office?")
    page.goto(f"{address}&prompt=login")
    check(accessibility, page, "Sign in again")
    page.goto(address.replace("rooms.example", "evil.example"))
    check(accessibility, page, "This sign-in cannot continue")
    page.goto("/identity/connect/endsession")
    check(accessibility, page, "Sign out of Portal?")
    page = visit_as("zofia").page(address)
    check(accessibility, page, "Your account cannot be used here")
