"""What a journey leaves behind: no secret anywhere, and every write in Activity."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Error, Page, expect

from tests.journeys import secret_search
from tests.journeys.page_actions import Credentials, open_client, open_place, open_tab
from tests.journeys.visitor import Visitor, content_of

NOTHING = "\N{EN DASH}"


def expect_nothing_left(visitor: Visitor, page: Page, credentials: Credentials) -> None:
    """Search for the secret everywhere it could have been left."""
    plain = credentials.plain
    assert secret_search.on_server(visitor.portal, plain) == []
    here = page.url
    for move in (None, page.reload, page.go_back, page.go_forward):
        if move:
            move_on(visitor, page, move)
        assert secret_search.found_in(content_of(page), plain) == set()
        if visitor.javascript:
            assert secret_search.in_page(page, plain) == set()
    client = f"/security/clients/{credentials.client_id}"
    for path in (here, client, f"{client}/secrets", f"{client}/activity", "/security/clients"):
        assert secret_search.found_in(visitor.context.request.get(path).text(), plain) == set()
    page.goto(here)


def move_on(visitor: Visitor, page: Page, move: Callable[[], Any]) -> None:
    """Move in the history, and wait for the page to be fetched again."""
    if visitor.javascript:
        page.evaluate("() => { window.isOld = true; }")
    try:
        move()
    except Error as error:
        if "net::ERR_CACHE_MISS" not in str(error):
            raise  # Chromium's error page: it kept no copy of the response to a POST
    if visitor.javascript:
        page.wait_for_function("() => !window.isOld && document.readyState === 'complete'")


def expect_activity(
    page: Page,
    username: str,
    client: str,
    roles: list[str],
    credentials: tuple[Credentials, Credentials],
) -> None:
    """Find every write of the journey in Activity, with the values before and after."""
    first, second = (each.plain[-4:] for each in credentials)
    expected = [
        (f"Added secret Gateway firmware 4.3 (…{second})", ["Ends in", second]),
        (f"Removed secret Gateway firmware 4.2 (…{first})", ["Ends in", first, NOTHING]),
        (f"Added secret Gateway firmware 4.2 (…{first})", ["Description", "Gateway firmware 4.2"]),
        ("Added client", ["Roles", ", ".join(roles)]),
    ]
    open_place(page, "Clients")
    open_client(page, client)
    told = open_tab(page, "Activity").get_by_role("listitem")
    entries = told.filter(has_text=f"by {username}")  # next to the refused requests of the client
    expect(entries).to_have_count(len(expected))
    for number, (sentence, change) in enumerate(expected):
        entry = entries.nth(number)
        expect(entry.locator(".event")).to_have_text(sentence)
        expect(entry).to_contain_text(f"by {username}")
        row = entry.locator("tr, dl > div").filter(has_text=change[0])
        assert row.locator("th, td, dt, dd").all_inner_texts() == change
