"""A broken connection in each kind of window: input is kept, and Try again acts once.

First the request is lost, then the response of the second try, then the third comes
through. Add Client has its own journeys (test_interrupted_add, test_duplicate_submission).
"""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.page_actions import add_client, expect_window, open_window
from tests.journeys.test_interrupted_add import NO_ANSWER
from tests.journeys.visitor import Visitor, expect_focus, press, window_of

CLIENTS = "/security/clients"
ENDED = "All tokens were revoked while this window was open."
ALREADY = "Already added. Its secret cannot be shown; add a new one."


@pytest.fixture
def visitor(visitor: Visitor) -> Visitor:
    visitor.expect(404, 409, 422, "net::ERR_FAILED")
    return visitor


def event_count(visitor: Visitor) -> int:
    """Return the number of events so far."""
    return visitor.portal.query("SELECT count(*) FROM clients_app_auditevent")[0][0]


def lose_request(route: Route) -> None:
    """Block every POST."""
    if route.request.method != "POST":
        return route.continue_()
    return route.abort()


def lose_the_answer(route: Route) -> None:
    if route.request.method != "POST":
        return route.continue_()
    route.fetch()
    return route.abort()


def send_on_a_bad_connection(visitor: Visitor, page: Page, button: str) -> None:
    """Press ``button`` until a response comes; the operation must have run once.

    A rotation writes two events: the new secret, and the expiration of the old one.
    """
    before, pressed = event_count(visitor), button
    once = 2 if button == "Rotate" else 1
    for loss, events in ((lose_request, 0), (lose_the_answer, once)):
        page.route("**/*", loss)
        with page.expect_event("requestfailed"):
            press(page, pressed)
        expect(window_of(page).get_by_role("alert").first).to_have_text(NO_ANSWER)
        expect_focus(page, "Try again")
        assert event_count(visitor) - before == events, button
        page.unroute("**/*")
        pressed = "Try again"
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        press(page, pressed)
    assert event_count(visitor) - before == once, button


def expect_end(page: Page, said: str) -> None:
    """Expect the window closed, or a message that the first try already did it."""
    if not said:
        expect(window_of(page)).to_have_count(0)
        return
    expect(window_of(page)).to_contain_text(said)
    page.keyboard.press("Escape")
    expect(window_of(page)).to_have_count(0)


def typed_and_kept(page: Page, field: str) -> None:
    """Type something or tick the box, if the window has such a field."""
    if field == "Tenant Viewer":
        window_of(page).get_by_label(field).check()
        expect(page.locator("#claims")).to_contain_text(field)
    elif field:
        window_of(page).locator(field).fill(f"typed {uuid4()}")


@pytest.mark.sweep
def test_client_window_on_a_bad_connection_acts_once(visitor: Visitor) -> None:
    page = visitor.page(CLIENTS)
    client = f"{CLIENTS}/{add_client(page, f'Line {uuid4()}').client_id}"
    page.goto(f"{client}/secrets")
    edit = page.get_by_role("link", name=re.compile("^Edit secret")).get_attribute("href") or ""
    secret, client_id = edit.removesuffix("/edit"), client.rpartition("/")[2]

    for address, title, field, button, said in (
        (f"{client}/edit", "Edit Client", "#id_contact", "Save", ""),
        (f"{client}/disable", "Disable Client", "", "Disable", ""),
        (f"{client}/enable", "Enable Client", "", "Enable", ""),
        (
            f"{client}/tokens/end",
            "Revoke all tokens of this client",
            "",
            "Revoke all tokens",
            ENDED,
        ),
        (f"{client}/secrets/add", "Add Secret", "#id_secret_description", "Add", ALREADY),
        (edit, "Edit Secret", "#id_secret_description", "Save", ""),
        (f"{secret}/rotate", "Rotate Secret", "#id_secret_description", "Rotate", ALREADY),
        (f"{secret}/remove", "Remove Secret", "", "Remove", "There is no such secret"),
        (f"{client}/roles/edit", "Edit Roles", "Tenant Viewer", "Save", ""),
        (f"{CLIENTS}/bulk/tags?clients={client_id}", "Edit tags", "#id_add", "Save", ""),
        (f"{CLIENTS}/bulk/disable?clients={client_id}", "Disable clients", "", "Disable", ""),
        (f"{client}/remove", "Remove Client", "", "Remove", "There is no such client"),
        (f"{client}/restore", "Restore Client", "", "Restore", "There is no such removed client"),
    ):
        open_window(page, address, title)
        typed_and_kept(page, field)
        send_on_a_bad_connection(visitor, page, button)
        expect_end(page, said)


def test_role_window_on_a_bad_connection_acts_once(visitor: Visitor) -> None:
    page = visitor.page("/security/roles")
    name = f"Line {uuid4()}"
    open_window(page, "/security/roles/add", "Add Role")
    window_of(page).locator("#id_name").fill(name)
    send_on_a_bad_connection(visitor, page, "Add")
    expect_end(page, "")
    expect(page.locator("#toasts")).to_contain_text("Role added.")
    page.get_by_role("link", name=f"Edit role {name}").click()
    expect_window(page, "Edit Role")
    typed_and_kept(page, "#id_description")
    send_on_a_bad_connection(visitor, page, "Save")
    expect_end(page, "")
    page.reload()  # the list is being redrawn
    page.get_by_role("link", name=f"Remove role {name}").click()
    expect_window(page, "Remove Role")
    send_on_a_bad_connection(visitor, page, "Remove")
    expect_end(page, "There is no such role")


def test_try_again_repeats_only_what_was_pressed(visitor: Visitor) -> None:
    """A step within a form or a preview does not turn into the operation."""
    page = visitor.page(f"{CLIENTS}?type=authorization-code")
    page.locator("#add-client").click()
    window = expect_window(page, "Add Client")
    window.get_by_label("Name", exact=True).fill(f"Line {uuid4()}")
    window.locator("#id_redirect_uris").fill("https://map.example/callback")
    before = event_count(visitor)
    page.route("**/*", lose_request)
    window.get_by_role("button", name="Add another URL to Allowed Redirect URL(s)").click()
    expect(window.get_by_role("alert").first).to_have_text(NO_ANSWER)
    page.unroute("**/*")
    press(page, "Try again")
    expect(window.get_by_role("listitem").filter(has_text="map.example")).to_be_visible()
    expect_window(page, "Add Client")
    assert event_count(visitor) == before
