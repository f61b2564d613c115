"""Without JavaScript: rotation of a secret, the list with its operations, refusals.

The other operations on clients, secrets and roles are tested both ways in test_client_actions,
test_lists_secrets_and_roles, test_client_types and test_first_token.
"""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITHOUT_JAVASCRIPT, NewVisitor
from tests.journeys.page_actions import SECRET, expect_window, open_tab
from tests.journeys.signed_in import SignedIn
from tests.journeys.test_client_actions import with_client
from tests.journeys.visitor import Visitor, press
from tests.portal_process import PortalProcess

pytestmark = WITHOUT_JAVASCRIPT

CLIENTS = "/security/clients"
SEED = """
from clients_app.models import Tenant
from tests.factories import insert_clients
insert_clients(["{word} %02d" % n for n in range(52)], Tenant.objects.get(name="Herons Ltd"))
"""


def test_rotate_secret_without_javascript_works(visitor: Visitor) -> None:
    visitor.expect(422)
    page = with_client(visitor, f"Lock {uuid4()}")
    open_tab(page, "Secrets")
    page.get_by_role("link", name="Rotate secret").first.click()
    window = expect_window(page, "Rotate Secret")
    window.get_by_label("Description").fill("Second")
    window.get_by_label("On a date").check()
    window.locator("#id_old_end").fill("2020-01-01 00:00")
    press(page, "Rotate")
    expect(page.locator("#id_old_end_error")).to_be_visible()
    expect(window.get_by_label("Description")).to_have_value("Second")
    window.get_by_label("In 24 hours").check()
    press(page, "Rotate")
    window = expect_window(page, "Secret Successfully Added")
    assert SECRET.fullmatch(window.locator("#id_client_secret").inner_text())
    window.get_by_role("link", name="Close").click()
    expect(page.get_by_role("heading", level=3, name="Second")).to_be_visible()
    expect(page.locator("#details")).to_contain_text("replaced by Second")


def apply(page: Page) -> None:
    page.get_by_role("button", name="Apply").click()


def test_list_without_javascript_filters_sorts_pages_and_selects(visitor: Visitor) -> None:
    word = f"Zz Tank {uuid4()}"
    seeded = visitor.portal.run("shell", "-c", SEED.format(word=word))
    assert seeded.returncode == 0, seeded.stderr
    page = visitor.page(CLIENTS)
    page.get_by_label("Filter").fill(word)
    apply(page)
    rows = page.locator(".row-link")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="Name and Client Id").click()
    expect(rows.first).to_have_text(f"{word} 51")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Next").click()
    expect(rows).to_have_text([f"{word} 01", f"{word} 00"])

    disable_all_shown(page, word)
    page.get_by_label("Show").select_option("Disabled")
    apply(page)
    expect(rows).to_have_text([f"{word} 01", f"{word} 00"])
    page.get_by_role("link", name=re.compile("^Filter: .*remove filter$")).click()
    expect(page.get_by_label("Show")).to_have_value("disabled")
    expect(page.locator("#id_q")).to_have_value("")
    page.get_by_role("radio", name="Hybrid").check()
    apply(page)
    expect(page).to_have_url(re.compile("type=hybrid"))


def disable_all_shown(page: Page, word: str) -> None:
    page.get_by_role("link", name="Select", exact=True).click()
    for box in page.locator("[name=clients]").all():
        box.check()
    page.get_by_role("button", name="Disable", exact=True).click()
    window = expect_window(page, "Disable clients")
    expect(window).to_contain_text("Applies to all 2 clients")
    press(page, "Disable")
    expect(page.locator("#toasts")).to_contain_text("2 clients disabled")
    expect(page.locator("#id_q")).to_have_value(word)


def test_refusals_without_javascript_explain_and_link_on(
    visitor: Visitor,
    live_portal: PortalProcess,
    new_visitor: NewVisitor,
    larkfield_cookies: SignedIn,
) -> None:
    visitor.expect(404, 500, 503)
    page = visitor.page(f"{CLIENTS}/{uuid4()}")
    expect(page.locator("#main")).to_contain_text("There is no such client")
    page.goto("/nowhere")
    expect(page.locator("#main")).to_contain_text("There is no page at this address")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Clients").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    expect_a_fault_of_ours(page, live_portal)

    reader = new_visitor(
        live_portal, javascript=False, storage_state=larkfield_cookies["jonas.berg"]
    )
    reader.expect(403)
    page = reader.page(f"{CLIENTS}/add")
    expect(page.locator("#main")).to_contain_text("Only Tenant Administrators can add a client.")


RENAME = "from django.db import connection as c; c.cursor().execute('ALTER TABLE {} RENAME TO {}')"


def expect_a_fault_of_ours(page: Page, portal: PortalProcess) -> None:
    """A table is missing for a moment: the error page links back to the previous page."""
    names = ("clients_app_savedfilter", "missing")
    assert portal.run("shell", "-c", RENAME.format(*names)).returncode == 0
    try:
        page.goto(CLIENTS)
        expect(page.get_by_role("heading", level=1)).to_have_text("Something went wrong")
        expect(page.locator("body")).to_contain_text("The change may or may not have been saved.")
        expect(page.locator("body")).to_contain_text("Operation Id")
    finally:
        assert portal.run("shell", "-c", RENAME.format(*names[::-1])).returncode == 0
    page.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
