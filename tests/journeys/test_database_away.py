"""A database that cannot be written while somebody saves a window.

The server waits 5 seconds for the lock of SQLite before it gives up.
"""

import json
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.journeys.page_actions import expect_window, open_window, shown_credentials
from tests.journeys.visitor import Visitor, expect_focus, press, window_of
from tests.locked_database import locked
from tests.portal_process import TENANT, PortalProcess

SENTENCE = "The database is locked by another program"


def new_client(portal: PortalProcess, name: str) -> str:
    """Add a client; return the path of its page."""
    added = portal.run("clients", "add", name, "--json", "--tenant", TENANT)
    return f"/security/clients/{json.loads(added.stdout)['client_id']}"


@pytest.mark.sweep
def test_window_saved_while_the_database_is_locked_keeps_its_fields_and_saves_later(
    visitor: Visitor,
) -> None:
    visitor.expect(503, "htmx:responseError", "503")
    name = f"Pump {uuid4()}"
    page = visitor.page(new_client(visitor.portal, name))
    open_window(page, f"{page.url}/edit", "Edit Client")
    window = window_of(page)
    typed = {"#id_name": f"{name} renamed", "#id_contact": "ops@example.com"}
    for field, text in typed.items():
        window.locator(field).fill(text)

    with locked(visitor.portal), page.expect_response(lambda answer: answer.status == 503):
        press(page, "Save")
    expect(window.get_by_role("alert")).to_have_count(1)
    expect(window.get_by_role("alert")).to_contain_text(SENTENCE)
    expect_focus(page, "Try again")
    for field, text in typed.items():
        expect(window.locator(field)).to_have_value(text)
    press(page, "Try again")

    expect(window_of(page)).to_have_count(0)
    expect(page.locator("#details").get_by_role("heading", level=2)).to_have_text(typed["#id_name"])
    expect(page.locator("#details")).to_contain_text(typed["#id_contact"])


def test_secret_added_while_the_database_is_locked_is_added_once_later(visitor: Visitor) -> None:
    visitor.expect(503, "htmx:responseError", "503")
    page = visitor.page(new_client(visitor.portal, f"Pump {uuid4()}"))
    open_window(page, f"{page.url}/secrets/add", "Add Secret")
    window = window_of(page)
    window.locator("#id_secret_description").fill("after the outage")

    with locked(visitor.portal), page.expect_response(lambda answer: answer.status == 503):
        press(page, "Add")
    expect(window.get_by_role("alert")).to_contain_text(SENTENCE)
    expect(window.locator("#id_secret_description")).to_have_value("after the outage")
    press(page, "Try again")

    expect_window(page, "Secret Successfully Added")
    assert shown_credentials(page).plain
    count = "SELECT count(*) FROM clients_app_clientsecret WHERE description = 'after the outage'"
    assert visitor.portal.query(count) == [(1,)]
