"""From the portal's first page to the cause of a refused client: two clicks."""

import re
from uuid import uuid4

import pytest
import requests
from playwright.sync_api import expect

from clients_app.rules.secret_format import new_secret
from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import reload_until_visible
from tests.journeys.test_client_actions import with_client
from tests.journeys.visitor import Visitor


def refuse(visitor: Visitor, client_id: str) -> None:
    fields = {"client_id": client_id, "client_secret": new_secret()}
    fields["grant_type"] = "client_credentials"
    reply = requests.post(f"{visitor.portal.url}/identity/connect/token", fields, timeout=60)
    assert reply.status_code == 401


@pytest.mark.sweep
@WITH_AND_WITHOUT_JAVASCRIPT
def test_cause_of_a_refused_client_is_two_clicks_away(visitor: Visitor) -> None:
    page = with_client(visitor, f"A failing {uuid4()}")
    client_id = page.locator("#details-id").inner_text()
    refuse(visitor, client_id)
    page.goto("/security/clients")
    row = page.get_by_role("row").filter(has_text=client_id)
    reload_until_visible(page, row.filter(has_text=re.compile("Failing")))  # no "failing"
    strip = page.get_by_role("navigation", name="Needs attention")
    reload_until_visible(page, strip.get_by_text("refused today"))

    strip.get_by_role("link", name="refused today").click()
    page.locator(f"#row-{client_id}").click()

    expect(page.locator("#health")).to_contain_text("unknown secret")
    expect(page.locator("#health")).to_contain_text("Check the Client Secret in the settings")
