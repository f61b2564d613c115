"""Passkeys in Chromium, with a virtual authenticator (SES-10).

All screens on the way get accessibility checks, as in `test_accessibility.py`.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.page_actions import expect_window, open_add_client
from tests.journeys.visitor import Visitor, press, sign_in, window_of
from tests.portal_process import PASSWORD, PortalProcess

#: a device with a finger print reader, which touches itself
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


MAKE = """
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.factories import make_person, make_tenant
tenant = make_tenant({0!r})
make_person({0!r}, tenant, TENANT_ADMINISTRATOR, password={1!r}, is_staff=True)
"""
AGE = """
from clients_app.identity.session_store import SessionStore
store = SessionStore({session!r})
for proof in store["account_authentication_methods"]:
    proof["at"] -= 3600
store.save()
"""
#: until it is wanted: the device would sign in as soon as the page opens
NO_AUTOFILL = """if (!localStorage.autofill)
  PublicKeyCredential.isConditionalMediationAvailable = async () => false"""


class Device:
    """The virtual authenticator of a page."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.id: str = added["authenticatorId"]

    def refuse(self, *, refuses: bool) -> None:
        """Let the device not know the finger, or know it again."""
        verified = {"authenticatorId": self.id, "isUserVerified": not refuses}
        self.session.send("WebAuthn.setUserVerified", verified)

    def passkeys(self) -> list[dict[str, Any]]:
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials


@pytest.fixture
def newcomer(live_portal: PortalProcess) -> str:
    """The username of a Tenant Administrator and Staff of this test alone."""
    username = f"petra-{uuid4().hex[:8]}"
    made = live_portal.run("shell", "-v", "0", "-c", MAKE.format(username, PASSWORD))
    assert made.returncode == 0, made.stderr
    return username


def test_passkey_is_added_used_and_removed(
    newcomer: str, visit_as: Callable[..., Visitor], accessibility: AccessibilityChecks
) -> None:
    page, device = open_with_device(visit_as("nobody"), newcomer)
    page.goto("/account")
    add(page, device, accessibility)
    expect(page.get_by_role("heading", name="Office laptop")).to_be_visible()
    accessibility.check(page, "Account, a passkey")

    sign_out(page)
    accessibility.check(page, "Sign in, passkey")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    use_after_password(page, newcomer, device, accessibility)

    page.evaluate("() => (localStorage.autofill = 'wanted')")
    sign_out(page)  # the field for the username offers the passkey, and the device takes it
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")

    page.goto("/account")
    rename(page, accessibility)
    page.get_by_role("button", name="Remove passkey Phone").click()
    expect(page.get_by_role("status").filter(has_text="Passkey Phone removed.")).to_be_visible()


@pytest.mark.sweep
def test_passkey_confirms_an_identity_in_windows_and_at_the_admin_site(
    newcomer: str, new_visitor: Callable[..., Visitor], live_portal: PortalProcess
) -> None:
    """With the content security policy, which the checks of accessibility turn off."""
    visitor = new_visitor(live_portal)
    visitor.expect(422)
    page, device = open_with_device(visitor, newcomer)
    page.goto("/account/passkeys/add")
    press(page, "Add")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    window_of(page).get_by_role("link", name="Close").click()
    window_of(page).get_by_role("link", name="Close").last.click()

    page.goto("/security/clients")
    window = open_add_client(page)
    window.get_by_label("Name").fill("Pump")
    age_proofs(live_portal, page)
    press(page, "Continue")
    expect_window(page, "Confirm your identity")
    press(page, "Use a passkey")
    expect(expect_window(page, "Add Secret").get_by_text("For Pump.")).to_be_visible()

    age_proofs(live_portal, page)
    page.goto("/admin/clients_app/role/add/")
    device.refuse(refuses=True)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used. Try again.")
    device.refuse(refuses=False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Add role")).to_be_visible()


def test_passkeys_without_javascript_are_not_offered(
    newcomer: str, new_visitor: Callable[..., Visitor], live_portal: PortalProcess
) -> None:
    visitor = new_visitor(live_portal, javascript=False)
    visitor.expect(422)
    page = visitor.page("/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page, newcomer)
    page.goto("/account")
    expect(page.get_by_text("Passkeys need JavaScript.")).to_be_visible()
    page.get_by_role("link", name="Add passkey").click()
    press(page, "Add")
    expect(page.get_by_role("alert")).to_contain_text("Turn JavaScript on to add a passkey.")


def age_proofs(portal: PortalProcess, page: Page) -> None:
    """Make the proofs of identity of a session an hour old."""
    (session,) = (one["value"] for one in page.context.cookies() if one["name"] == "sessionid")
    aged = portal.run("shell", "-v", "0", "-c", AGE.format(session=session))
    assert aged.returncode == 0, aged.stderr


def add(page: Page, device: Device, accessibility: AccessibilityChecks) -> None:
    """Add a passkey by Enter in the field for its name; close the recovery codes."""
    page.get_by_role("link", name="Add passkey").click()
    accessibility.check(page, "Add passkey")
    device.refuse(refuses=True)
    name = page.get_by_label("Name")
    name.fill("Office laptop")
    press(page, "Add")
    expect(page.get_by_role("alert")).to_have_text("No passkey was used. Try again.")
    accessibility.check(page, "Add passkey, error")
    device.refuse(refuses=False)
    name.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    accessibility.check(page, "Recovery codes after a passkey")
    window_of(page).get_by_role("link", name="Close").click()
    window_of(page).get_by_role("link", name="Close").last.click()
    assert len(device.passkeys()) == 1


def use_after_password(
    page: Page, username: str, device: Device, accessibility: AccessibilityChecks
) -> None:
    """Use the passkey as second factor, which its device refuses first."""
    sign_out(page)
    sign_in(page, username)
    expect(page.get_by_role("heading", level=1)).to_have_text("Use your second factor")
    accessibility.check(page, "Use your second factor")
    device.refuse(refuses=True)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("No passkey was used. Try again.")
    accessibility.check(page, "Use your second factor, error")
    device.refuse(refuses=False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    assert device.passkeys()[0]["signCount"] == 3


def open_with_device(visitor: Visitor, username: str) -> tuple[Page, Device]:
    """Sign in with the password, in a page that has a device."""
    page = visitor.page()
    page.add_init_script(NO_AUTOFILL)
    device = Device(page)
    page.goto("/sign-in")
    sign_in(page, username)
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    return page, device


def rename(page: Page, accessibility: AccessibilityChecks) -> None:
    """Give the passkey another name."""
    page.get_by_role("link", name="Rename passkey Office laptop").click()
    accessibility.check(page, "Rename passkey")
    page.get_by_label("Name", exact=True).fill("Phone")
    press(page, "Save")
    expect(page.get_by_text("Passkey renamed.")).to_be_visible()


def sign_out(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in")
