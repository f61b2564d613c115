"""Accessibility of every screen and window: axe-core, narrow windows, large text, forced colours.

Forms with errors and intermediate screens: `test_accessibility_of_flows.py`.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from playwright.sync_api import expect

from clients_app.rules.weeks import name_of, week_of
from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.near_misses import missing_token
from tests.journeys.page_actions import open_window
from tests.journeys.visitor import Visitor, press, window_of
from tests.matrix_rows import API, CLIENT, GUARDED, IDENTITY, INVITATION, ROLE, SECRET, USER
from tests.portal_process import PortalProcess
from tests.sampling import sampled

CLIENTS: Final = "/security/clients"
BULK: Final = "security/clients/bulk/<operation>?clients=<client_id>&clients=<full_id>"
GONE: Final = "00000000-0000-4000-8000-000000000000"

#: one in which a secret of Larkfield Water expires
BUSY_WEEK: Final = name_of(week_of(datetime.now(UTC) + timedelta(days=9), UTC))

#: addresses as the matrix spells them, with what changes their pages
STATES: Final = (
    *(f"security/clients{query}" for query in ("?q=bridge", "?q=nothing like it")),
    *(
        f"security/clients?{query}"
        for query in ("type=hybrid", "select=1&everything=1", "show=expiring")
    ),
    *("security/clients/<rotating_id>?period=7d", "security/clients/<rotating_id>/secrets"),
    f"security/clients?show=timeline&week={BUSY_WEEK}",
    "security/clients/rotate?secrets=<secret_id>,<full_secret_id>",
    "security/clients/<full_id>/secrets",
    f"{CLIENT}/secrets/add",  # a window without JavaScript
    "security/activity?when=always&q=pump&outcome=done",
    *(f"security/activity?{query}" for query in ("q=nobody", "when=dates&last=2020-01-01")),
    *(f"security/users?{query}" for query in ("show=unseen", "q=nobody like that")),
    "security/users/<invited_id>",
    "security/users/invite",  # a window without JavaScript
    "security/policies?secret_days_max=x&version=x",
    "security/policies/check?secret_days_max=90&rotation_days=30&owner_required=on&version=",
    "security/policies/check?secret_days_max=x&version=",
    *(f"help/get-started/{each}" for each in ("authorization-code", "hybrid")),
    "security/apis?q=nothing like it",
    *(f"{CLIENT}/apis/{window}" for window in ("edit", "unused")),
    f"security/clients/{GONE}",
)
#: windows by their addresses, with their titles
WINDOWS: Final = (
    ("find", "Find"),
    ("find?q=e", "Find"),
    ("find?q=nothing like it", "Find"),
    ("help/shortcuts", "Keyboard shortcuts"),
    ("security/activity/export", "Export Activity"),
    ("security/clients/filters/add?show=expired", "Save Filter"),
    (BULK.replace("<operation>", "disable"), "Disable clients"),
    (BULK.replace("<operation>", "enable"), "Enable clients"),
    (BULK.replace("<operation>", "tags"), "Edit tags"),
    (BULK.replace("<operation>", "owners"), "Add owners"),
    (BULK.replace("<operation>", "roles"), "Edit roles"),
    (BULK.replace("<operation>", "remove"), "Remove clients"),
    ("security/clients/bulk/disable", "Disable clients"),
    ("security/clients/export", "Export clients"),
    (f"{CLIENT}/duplicate", "Add Client"),
    (f"{CLIENT}/edit", "Edit Client"),
    (f"{CLIENT}/disable", "Disable Client"),
    (f"{CLIENT}/enable", "Enable Client"),
    (f"{CLIENT}/remove", "Remove Client"),
    (f"{CLIENT}/roles/edit", "Edit Roles"),
    (f"{CLIENT}/tokens/end", "Revoke all tokens of this client"),
    (f"{CLIENT}/apis/edit", "Edit APIs"),
    (f"{CLIENT}/apis/unused", "Remove what is unused"),
    (f"{CLIENT}/secrets/add", "Add Secret"),
    (f"{SECRET}/edit", "Edit Secret"),
    (f"{SECRET}/remove", "Remove Secret"),
    (f"{SECRET}/rotate", "Rotate Secret"),
    ("security/clients/<full_id>/secrets/<full_secret_id>/rotate", "Rotate Secret"),
    (f"{CLIENT}/keys/add", "Add Public Key"),
    (f"{CLIENT}/assertions/edit", "Edit Assertions"),
    (f"{CLIENT}/keys/<key_id>/edit", "Edit Public Key"),
    (f"{CLIENT}/keys/<key_id>/rotate", "Rotate Public Key"),
    (f"{CLIENT}/secrets/end", "End Secrets"),
    (f"{CLIENT}/keys/<key_id>/remove", "Remove Public Key"),
    (f"{CLIENT}/keys/<key_id>/connect", "Connect"),
    (f"{CLIENT}/identities/add", "Add Federated Identity"),
    (f"{CLIENT}/identities/add/github", "Add Federated Identity"),
    (f"{CLIENT}/identities/add/other", "Add Federated Identity"),
    (f"{CLIENT}/token-trial", "Test a token"),
    (f"{IDENTITY}/edit", "Edit Federated Identity"),
    (f"{IDENTITY}/edit?near_miss=<near_miss_id>", "Edit Federated Identity"),
    (f"{IDENTITY}/connect", "Connect"),
    (f"{IDENTITY}/remove", "Remove Federated Identity"),
    ("security/roles/add", "Add Role"),
    (ROLE, "Telemetry.Writer"),
    (f"{ROLE}/edit", "Edit Role"),
    (f"{ROLE}/remove", "Remove Role"),
    ("security/users/invite", "Invite"),
    (f"{USER}/edit", "Edit person"),
    (f"{USER}/roles/edit", "Edit Roles"),
    (f"{USER}/deactivate", "Deactivate"),
    (f"{USER}/activate", "Activate"),
    (f"{USER}/factor", "Reset second factor"),
    (f"{USER}/sessions/end", "End sessions"),
    (f"{USER}/sessions/of-nobody/end", "End sessions"),
    (f"{USER}/password", "Reset password"),
    (INVITATION, "Renew invitation"),
    (f"{INVITATION}/withdraw", "Withdraw invitation"),
    ("security/apis/add", "Add API"),
    (f"{API}/edit", "Edit API"),
    (f"{API}/introspectors", "Clients that may ask"),
    (f"{API}/remove", "Remove API"),
)
#: addresses that are above in another form, have their own test, or are parts of pages
ELSEWHERE: Final = {
    *("help/get-started/<client_type>", "security/clients/bulk/<operation>"),
    *("security/clients/add", "security/clients/add/<client_type>"),
    *("security/clients/<removed_id>/restore", f"{USER}/sessions/<session_id>/end"),
    f"{CLIENT}/identities/add/<preset>",
    *("security/clients/live", "security/apis/live", f"{CLIENT}/live/<tab>"),
    *("security/clients/usage/live", "account/guesses/close"),  # the page that they lead to
}
#: every other screen of the matrix, as a page
PAGES: Final = tuple(
    route
    for route, row in GUARDED.items()
    if row.get == 200 and route not in ELSEWHERE | dict(WINDOWS).keys()
)


QUICK_OR_WHOLE: Final = pytest.mark.parametrize(
    "accessibility", sampled([False, True]), ids=["quick", "whole"], indirect=True
)


@QUICK_OR_WHOLE
def test_accessibility_of_pages(
    mara: Visitor, address: Callable[[str], str], accessibility: AccessibilityChecks
) -> None:
    page = mara.page()
    for route in (*PAGES, *(STATES if accessibility.is_whole else ())):
        page.goto(address(route))
        accessibility.check(page, route)


@QUICK_OR_WHOLE
def test_accessibility_of_windows(
    mara: Visitor, address: Callable[[str], str], accessibility: AccessibilityChecks
) -> None:
    page = mara.page("/security/roles")
    for route, title in WINDOWS if accessibility.is_whole else WINDOWS[::3]:
        page.evaluate("() => document.querySelector('#window').replaceChildren()")
        open_window(page, address(route), title)
        accessibility.check(page, route)


def test_accessibility_of_a_tested_token(
    mara: Visitor, address: Callable[[str], str], accessibility: AccessibilityChecks
) -> None:
    page = mara.page("/security/roles")
    open_window(page, address(f"{CLIENT}/token-trial"), "Test a token")
    window_of(page).get_by_label("Token").fill(missing_token("other"))
    press(page, "Test")
    expect(
        window_of(page).get_by_text("The token endpoint would refuse this token.")
    ).not_to_have_count(0)
    accessibility.check(page, "Test a token, refused")


def test_accessibility_of_signed_out_pages(
    live_portal: PortalProcess,
    visit_as: Callable[[str], Visitor],
    accessibility: AccessibilityChecks,
) -> None:
    page = visit_as("nobody").page("/sign-in")
    accessibility.check(page, "Sign in")
    page.goto("/forgot-password")
    accessibility.check(page, "Forgot password?")
    link = live_portal.run("people", "renew", "lena.horvat").stdout.split()[-1]
    page.goto(link)
    accessibility.check(page, "Accept an invitation")
    page.goto(link[:-2])
    expect(page.get_by_role("main")).to_contain_text("This link no longer works")
    accessibility.check(page, "A link that no longer works")
    link = live_portal.run("people", "reset-link", "jonas.berg").stdout.split()[-1]
    page.goto(link)
    accessibility.check(page, "Choose a password")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[aria-invalid]")).not_to_have_count(0)
    accessibility.check(page, "Choose a password, errors")


def test_accessibility_of_a_link_of_another_person(
    live_portal: PortalProcess, mara: Visitor, accessibility: AccessibilityChecks
) -> None:
    page = mara.page()
    link = live_portal.run("people", "reset-link", "jonas.berg").stdout.split()[-1]
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("sign out to use it")
    accessibility.check(page, "A link of another person")
    page.get_by_role("link", name="Stay signed in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")


def test_accessibility_for_other_roles(
    visit_as: Callable[[str], Visitor], accessibility: AccessibilityChecks
) -> None:
    jonas = visit_as("jonas.berg").page(f"{CLIENTS}/add")
    accessibility.check(jonas, "403")
    accessibility.check(visit_as("zofia").page(CLIENTS), "No clients")
