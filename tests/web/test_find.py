"""Find: clients, roles, pages and actions by a few letters; and the list of shortcuts."""

import re

import pytest

from clients_app.models import Client
from tests.factories import make_api, make_client, make_role
from tests.responses import HTMX, is_page, text_of


def find_names(browser, q: str) -> list[str]:
    """Return the names that Find shows, without highlighting."""
    text = text_of(browser.get("/find", {"q": q}, headers={**HTMX, "HX-Target": "found"}))
    names = re.findall(r'<svg class="icon"[^>]*>.*?</svg><span>(.*?)</span>', text)
    return [re.sub("</?mark>", "", name) for name in names]


def test_find_lists_prefix_matches_first(administrator_browser, tenant):
    for name in ("Old pump", "Pump B", "pump A", "Turbine"):
        make_client(name, tenant)
    make_role("Pump operator", tenant)

    assert find_names(administrator_browser, "pump") == [
        "pump A",
        "Pump B",
        "Old pump",
        "Pump operator",
    ]


def test_find_matches_clients_by_tag_and_id(administrator_browser, machine):
    machine.client.tags.create(name="North", name_key="north")

    assert find_names(administrator_browser, "nort") == ["Wind park reader"]
    assert find_names(administrator_browser, str(machine.client.pk)[:13]) == ["Wind park reader"]


def test_find_matches_apis_by_name_and_identifier_the_best_first(
    administrator_browser, stranger_browser, tenant, settings
):
    settings.TOKEN_AUDIENCE = "https://cds.example"
    old = make_api("Old orders", tenant, identifier="urn:example:Old")
    make_api("Orders", tenant, identifier="urn:example:new")

    assert find_names(administrator_browser, "orders") == ["Orders", "Old orders"]
    assert find_names(administrator_browser, "EXAMPLE:o") == ["Old orders"]
    assert find_names(administrator_browser, "cds.ex") == ["Built-in API"]
    assert find_names(stranger_browser, "orders") == []
    page = text_of(administrator_browser.get("/find", {"q": "old"}))
    assert f'href="/security/apis/{old.pk}"' in page
    assert "urn:example:<mark>Old</mark>" in page


def test_find_matches_are_highlighted_and_escaped(administrator_browser, tenant):
    make_client("<b>Pump</b>", tenant)

    text = text_of(administrator_browser.get("/find", {"q": "PUMP"}))

    assert "&lt;b&gt;<mark>Pump</mark>&lt;/b&gt;" in text


def test_find_lists_at_most_eight_of_each_kind(administrator_browser, tenant):
    for number in range(10):
        make_client(f"Pump {number}", tenant)

    assert len(find_names(administrator_browser, "pump")) == 8


def test_find_omits_removed_and_foreign_clients(administrator_browser, stranger_browser, machine):
    assert "Wind park reader" in find_names(administrator_browser, "wind")
    assert find_names(stranger_browser, "wind") == []

    Client.objects.filter(pk=machine.client.pk).update(removed_at=machine.client.created_at)
    assert find_names(administrator_browser, "wind") == []


@pytest.mark.parametrize("q", ["\x00", "x" * 5000, "%", "_", "\u202e", "'"])
def test_find_special_characters_find_nothing(administrator_browser, machine, q):
    assert administrator_browser.get("/find", {"q": q}).status_code == 200
    assert "Wind park reader" not in find_names(administrator_browser, q)


def test_find_offers_only_permitted_actions(administrator_browser, colleague_browser):
    assert "Add Client" in find_names(administrator_browser, "")
    assert "Open Roles" in find_names(colleague_browser, "")
    assert "Add Client" not in find_names(colleague_browser, "add")
    assert "Invite a person" in find_names(administrator_browser, "inv")
    assert "Invite a person" not in find_names(colleague_browser, "inv")
    assert find_names(administrator_browser, "open ") == [
        *("Open Clients", "Open APIs", "Open Roles", "Open Users", "Open Activity"),
        "Open Account",
        *("Open Notices", "Open Organisation", "Open Policies", "Open Signing keys"),
    ]
    assert find_names(colleague_browser, "open ") == [
        *("Open Clients", "Open APIs", "Open Roles", "Open Account", "Open Notices"),
    ]


def test_find_is_a_page_and_a_window(administrator_browser):
    assert is_page(administrator_browser.get("/find"))
    window = administrator_browser.get("/find", headers=HTMX)
    assert not is_page(window)
    assert 'data-window="palette"' in text_of(window)
