"""The second factor required by policies: from the dry run to the sign-in with a code.

All screens on the way get accessibility checks, as in `test_accessibility.py`.
"""

from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.factories import code_of
from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.visitor import Visitor, expect_focus, press, sign_in, window_of
from tests.portal_process import PortalProcess

POLICIES = "/security/policies"
DEMANDED = "Two-factor authentication is required."


@pytest.fixture
def _no_policy_afterwards(live_portal: PortalProcess) -> Iterator[None]:
    """The policy of one tenant also requires a second factor of Staff, as Mara is (POL-2)."""
    yield
    undo = (
        "from clients_app.models import Tenant as T; T.objects.update(mfa_for_administrators=False)"
    )
    assert live_portal.run("shell", "-v", "0", "-c", undo).returncode == 0


@pytest.mark.sweep
@pytest.mark.usefixtures("_no_policy_afterwards")
def test_second_factor_required_by_policy_is_set_up_and_used(
    visit_as: Callable[..., Visitor], accessibility: AccessibilityChecks
) -> None:
    visitor = visit_as("otto")
    page = visitor.page(POLICIES)
    set_policies(page)
    expect(page.get_by_role("heading", name="Set up authenticator app")).to_be_visible()
    page.goto("/security/clients")  # every address redirects here
    expect(page.get_by_role("status").filter(has_text=DEMANDED)).to_be_visible()
    accessibility.check(page, "Set up, demanded")

    key, codes = set_up(visitor, page, accessibility)
    page.goto(POLICIES)
    expect(
        page.get_by_label("Require two-factor authentication for administrators")
    ).to_be_checked()
    expect(page.locator("#id_secret_days_max")).to_have_value("90")

    check_sign_in(visit_as("nobody").page("/sign-in"), key, accessibility)
    page = visit_as("nobody", javascript=False).page("/sign-in")
    sign_in(page, "otto")
    send_code(page, codes[0], "Sign in")
    page.goto("/account")
    expect(page.locator("#main")).to_contain_text("9 of 10 recovery codes left.")


def set_up(
    visitor: Visitor, page: Page, accessibility: AccessibilityChecks
) -> tuple[str, list[str]]:
    """Set up the app, with a wrong code first; return its key and the recovery codes."""
    key = page.locator("#id_key").inner_text()
    send_code(page, "000000", "Set up")
    expect(page.locator("#id_code_error")).to_contain_text("Incorrect code.")
    accessibility.check(page, "Set up, errors")
    send_code(page, code_of(key), "Set up")
    return key, take_codes(visitor, page, accessibility)


def check_sign_in(page: Page, key: str, accessibility: AccessibilityChecks) -> None:
    """Sign in with a code, after a wrong one."""
    sign_in(page, "otto")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    accessibility.check(page, "Enter your code")
    send_code(page, "000000", "Sign in")
    expect(page.locator("#id_code_error")).to_be_visible()
    accessibility.check(page, "Enter your code, errors")
    send_code(page, code_of(key, step=1), "Sign in")  # the current code may have set up the app
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")


def set_policies(page: Page) -> None:
    """Check policies that a client and Otto don't comply with; expect a list and nothing saved."""
    page.locator("#id_secret_days_max").fill("90")
    page.get_by_label("Allow Never Expires").uncheck()
    page.get_by_label("Require two-factor authentication for administrators").check()
    page.get_by_role("button", name="Review changes").click()
    expect(page.locator("#main")).to_contain_text("1 client does not comply with these policies.")
    foul = page.get_by_role("region", name="Clients that don't comply")
    expect(foul.get_by_role("listitem")).to_contain_text("Never Expires")
    expect(foul.get_by_role("link", name="Dam gauge")).to_be_visible()
    expect(page.get_by_role("region", name="Without two-factor authentication")).to_contain_text(
        "otto"
    )
    page.get_by_role("link", name="Back").click()
    expect(page.locator("#id_secret_days_max")).to_have_value("90")
    page.goto(POLICIES)
    expect(page.locator("#id_secret_days_max")).to_have_value("")
    page.go_back()
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Save").click()


def send_code(page: Page, code: str, button: str) -> None:
    """Send a code of the app."""
    page.get_by_label("Code from your authenticator app").fill(code)
    page.get_by_role("button", name=button, exact=True).click()


def take_codes(visitor: Visitor, page: Page, accessibility: AccessibilityChecks) -> list[str]:
    """Copy the recovery codes, as Close requires; return them."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    accessibility.check(page, "Recovery codes")
    codes = page.locator("#id_recovery_codes").inner_text().split()
    saved = page.get_by_role("link", name="Download")
    assert unquote(saved.get_attribute("href") or "").partition(",")[2].split() == codes
    assert len(set(codes)) == 10
    window_of(page).get_by_role("link", name="Close").click()
    alert = window_of(page).get_by_role("alert")
    expect(alert).to_have_text("You have not copied the recovery codes. Close anyway?")
    accessibility.check(page, "Recovery codes, not copied")
    expect_focus(page, "Keep open")
    press(page, "Keep open")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, "Copy Recovery codes")
    expect(window_of(page).get_by_text("Recovery codes copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes
    window_of(page).get_by_role("link", name="Close").click()
    expect(page.locator("#main")).to_contain_text("10 of 10 recovery codes left.")
    return codes
