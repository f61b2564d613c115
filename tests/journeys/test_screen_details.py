"""What people stumble over: search fields in forms, places in the list, printing, leaving."""

from uuid import UUID, uuid4

from playwright.sync_api import expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import (
    add_client,
    copied_credentials,
    expect_window,
    open_add_client,
)
from tests.journeys.visitor import Visitor, expect_focus, press, window_of
from tests.portal_process import TENANT, PortalProcess

CLIENTS = "/security/clients"
SEED = """
from clients_app.models import Tenant
from tests.factories import insert_clients, make_role
tenant = Tenant.objects.get(name="{tenant}")
for n in range({roles}):
    make_role("{word}.Role%d" % n, tenant)
insert_clients(["{word} %03d" % n for n in range({clients})], tenant)
"""
HALF_UNDER_THE_HEAD = """() => {
  const head = document.querySelector("#list thead th").getBoundingClientRect().bottom;
  const rows = [...document.querySelectorAll("#list tbody tr")];
  return rows.map((row) => row.getBoundingClientRect())
    .filter(({ top, bottom }) => top < head - 1 && bottom > head + 1).length;
}"""


def seed(portal: PortalProcess, word: str, *, clients: int = 0, roles: int = 0) -> None:
    code = SEED.format(tenant=TENANT, word=word, clients=clients, roles=roles)
    done = portal.run("shell", "-c", code)
    assert done.returncode == 0, done.stderr


def id_of(portal: PortalProcess, name: str) -> str:
    rows = portal.query("SELECT id, name FROM clients_app_client")
    return next(str(UUID(str(row_id))) for row_id, named in rows if named == name)


def test_roles_are_counted_and_enter_in_their_search_only_filters(visitor: Visitor) -> None:
    seed(visitor.portal, f"R{uuid4().hex[:8]}", roles=7)
    page = visitor.page(CLIENTS)
    window = open_add_client(page)
    window.get_by_label("Name").fill("Not yet")
    window.get_by_role("checkbox", name="Tenant Viewer").check()
    window.get_by_role("checkbox", name="Tenant Contributor").check()
    expect(window.locator("[data-selected]")).to_have_text("3 selected")  # and Tenant Member

    chips = window.locator("[data-chosen] .role-chip")
    expect(chips).to_have_text(["Tenant Viewer", "Tenant Contributor"])
    chips.first.click()
    expect(window.locator("[data-selected]")).to_have_text("2 selected")

    window.get_by_label("Find a role").fill("viewer")
    page.keyboard.press("Enter")

    expect(window.get_by_role("checkbox", name="Tenant Contributor")).to_be_hidden()
    expect(window.locator("#window-title")).to_have_text("Add Client")
    window.get_by_label("Name").press("Enter")
    expect_window(page, "Add Secret")


def test_opened_client_is_in_view_on_its_page(visitor: Visitor) -> None:
    word = f"Zz Places {uuid4().hex[:8]}"
    seed(visitor.portal, word, clients=120)
    row_id = id_of(visitor.portal, f"{word} 110")
    page = visitor.page(f"{CLIENTS}/{row_id}?q={word}")

    row = page.get_by_role("link", name=f"{word} 110", exact=True)
    expect(row).to_have_attribute("aria-current", "true")
    expect(row).to_be_in_viewport()
    expect(page.locator(".list-foot")).to_contain_text("Page 3 of 3")
    page.goto(f"{CLIENTS}/{row_id}?q={word}&sort=-name")
    expect(row).to_be_in_viewport()
    expect(page.locator(".list-foot")).to_contain_text("Page 1 of 3")
    page.goto(f"{CLIENTS}/{row_id}?q={word}&sort=used")
    expect(row).to_have_attribute("aria-current", "true")


def test_opened_client_leaves_no_row_half_under_the_head_of_the_list(visitor: Visitor) -> None:
    """The rest of it is too small to hit (WCAG 2.2, 2.5.8)."""
    word = f"Half {uuid4().hex[:8]}"
    seed(visitor.portal, word, clients=50)
    address = f"{CLIENTS}/{id_of(visitor.portal, f'{word} 025')}?q={word}"
    page = visitor.page(address)
    for height in (800, 817, 834):
        page.set_viewport_size({"width": 1350, "height": height})
        page.goto(address)

        expect(page.get_by_role("link", name=f"{word} 025", exact=True)).to_be_in_viewport()
        assert page.evaluate(HALF_UNDER_THE_HEAD) == 0


@WITH_AND_WITHOUT_JAVASCRIPT
def test_added_client_is_open_after_close(visitor: Visitor) -> None:
    name = f"zz Added {uuid4()}"
    page = visitor.page(CLIENTS)
    added = add_client(page, name)
    if visitor.javascript:
        copied_credentials(visitor, page)

    window_of(page).get_by_text("Close", exact=True).locator("visible=true").click()

    expect(page.locator("#details-name")).to_have_text(name)
    row = page.locator(f"#row-{added.client_id}")
    expect(row).to_have_attribute("aria-current", "true")
    expect(row).to_be_in_viewport()
    if visitor.javascript:
        expect_focus(page, f"row-{added.client_id}")


def test_find_waits_for_the_results_of_what_is_typed(visitor: Visitor) -> None:
    word = f"Find {uuid4().hex[:8]}"
    seed(visitor.portal, word, clients=2)
    page = visitor.page(CLIENTS)
    expect(page.locator("#find")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type(f"{word} 001")
    page.keyboard.press("Enter")

    expect(page.locator("#details-name")).to_have_text(f"{word} 001")


def test_key_of_an_input_method_opens_nothing(visitor: Visitor) -> None:
    page = visitor.page(CLIENTS)
    page.keyboard.press("Control+k")
    window = expect_window(page, "Find")
    field = window.get_by_role("searchbox")
    expect(field).to_be_focused()

    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    field.press("a")

    expect(window.locator("#found")).to_have_attribute("data-for", "a")
    field.press("Escape")
    expect(window_of(page)).to_have_count(0)


def test_restored_last_client_is_open(visitor: Visitor) -> None:
    name = f"Restored {uuid4()}"
    seed_one = visitor.portal.run("clients", "add", name, "--tenant", TENANT)
    assert seed_one.returncode == 0, seed_one.stderr
    page = visitor.page(f"{CLIENTS}/{id_of(visitor.portal, name)}/remove")
    press(page, "Remove")
    expect(page.locator("#toasts")).to_contain_text("It can be restored for 30 days.")
    page.goto(f"{CLIENTS}?q={name}&show=removed")
    page.get_by_role("link", name=f"Restore {name}").click()
    expect_window(page, "Restore Client")

    press(page, "Restore")

    expect(page.locator("#details-name")).to_have_text(name)
    expect(page.locator("#toasts")).to_contain_text("restored. It is disabled")


def test_count_of_a_filter_follows_a_change(visitor: Visitor) -> None:
    word = f"Counted {uuid4().hex[:8]}"
    seed(visitor.portal, word, clients=2)
    page = visitor.page(f"{CLIENTS}?q={word}&show=active")
    expect(page.locator("#found-count")).to_contain_text("2 of ")
    page.get_by_role("link", name=f"{word} 000", exact=True).click()
    page.get_by_role("button", name="More Options").click()
    page.locator("#more-menu").get_by_role("link", name="Disable Client").click()
    expect_window(page, "Disable Client")

    press(page, "Disable")

    expect(page.locator("#found-count")).to_contain_text("1 of ")
