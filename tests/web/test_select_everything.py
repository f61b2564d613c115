"""Select all that match: every page of a filter, up to what one operation may change."""

from django.test import Client as Browser

from clients_app.limits import BULK_MAX
from clients_app.models import Tenant
from tests.factories import insert_clients
from tests.responses import HTMX, text_of

LIST = "/security/clients"


def test_select_everything_ticks_the_clients_of_all_pages(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    insert_clients([*(f"Pump {n:03}" for n in range(120)), "Bridge"], tenant)
    asked = {"select": "1", "q": "pump"}

    offered = text_of(administrator_browser.get(LIST, asked))
    assert "Select all 120 that match" in offered
    assert "q=pump&amp;select=1&amp;everything=1" in offered

    asked["everything"] = "1"
    headers = HTMX | {"HX-Target": "clients"}
    text = text_of(administrator_browser.get(LIST, asked, headers=headers))
    assert text.count('name="clients"') == 120  # 50 checkboxes, 70 hidden
    assert text.count(" checked>") >= 50
    assert "data-everything" in text
    assert "70 selected on other pages" in text
    assert "everything=1" not in text  # of this page only: from here on each can be unticked


def test_select_everything_of_very_many_takes_the_first(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    insert_clients((f"Pump {n:04}" for n in range(1300)), tenant)

    offered = text_of(administrator_browser.get(LIST, {"select": "1"}))
    assert f"Select the first {BULK_MAX} of 1,300 that match" in offered
    text = text_of(administrator_browser.get(LIST, {"select": "1", "everything": "1"}))
    assert text.count('name="clients"') == BULK_MAX


def test_select_everything_is_offered_only_for_several_pages_and_to_administrators(
    administrator_browser: Browser, colleague_browser: Browser, tenant: Tenant
) -> None:
    insert_clients(["Pump"], tenant)
    assert "that match" not in text_of(administrator_browser.get(LIST, {"select": "1"}))

    insert_clients((f"More {n}" for n in range(60)), tenant)
    shown = colleague_browser.get(LIST, {"select": "1", "everything": "1"})
    assert 'name="clients"' not in text_of(shown)
