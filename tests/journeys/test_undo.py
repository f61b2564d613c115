"""Undo in the message after Disable, for all clients that match a filter; a copy; an export."""

from uuid import uuid4

from playwright.sync_api import expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import disable_ticked, expect_window
from tests.journeys.test_screen_details import seed
from tests.journeys.visitor import Visitor

CLIENTS = "/security/clients"


@WITH_AND_WITHOUT_JAVASCRIPT
def test_all_that_match_are_disabled_and_undone(visitor: Visitor) -> None:
    word = f"Zz Fleet {uuid4().hex[:8]}"
    seed(visitor.portal, word, clients=60)
    page = visitor.page(f"{CLIENTS}?q={word}&select=1")
    page.get_by_role("link", name="Select all 60 that match").click()
    expect(page.get_by_label(f"Select {word} 007")).to_be_checked()
    page.get_by_label(f"Select {word} 007").uncheck()
    disable_ticked(page, count=59)

    page.locator("#toasts .toast").first.get_by_role("button", name="Undo").click()

    expect(page.locator("#toasts")).to_contain_text("59 clients enabled again.")
    page.goto(f"{CLIENTS}?q={word}&show=disabled")
    expect(page.locator(".row-link")).to_have_count(0)


def test_list_is_exported_and_a_client_duplicated(visitor: Visitor) -> None:
    word = f"Zz Copied {uuid4().hex[:8]}"
    seed(visitor.portal, word, clients=2)
    page = visitor.page(f"{CLIENTS}?q={word}")
    page.get_by_role("link", name="Export CSV").click()
    window = expect_window(page, "Export clients")
    with page.expect_download() as download:
        window.get_by_role("button", name="Export CSV").click()
    assert len(download.value.path().read_text().splitlines()) == 3
    window.get_by_role("link", name="Close", exact=True).click()

    page.get_by_role("link", name=f"{word} 000").click()
    page.locator("#more-options").click()
    page.get_by_role("link", name="Duplicate Client").click()
    expect(expect_window(page, "Add Client").get_by_label("Name")).to_have_value(f"{word} 000 copy")
