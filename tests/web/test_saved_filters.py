"""Saved filters: each person's own filters by name."""

import re

import pytest

from clients_app.limits import SAVED_FILTERS_MAX
from clients_app.models import SavedFilter
from tests.responses import HTMX, is_page, text_of

LIST = "/security/clients"
ADD = f"{LIST}/filters/add"
WANTED = "?type=hybrid&q=pump&show=expiring&sort=-used"


def save(browser, name: str, query: str = WANTED):
    return browser.post(f"{ADD}{query}", {"name": name}, headers=HTMX)


@pytest.mark.both_databases
def test_saved_filter_is_listed_by_its_name(colleague_browser):
    assert "Save filter" in text_of(colleague_browser.get(f"{LIST}{WANTED}"))
    assert "Saved filters" not in text_of(colleague_browser.get(LIST))

    assert save(colleague_browser, "Pumps that end")["HX-Redirect"] == f"{LIST}{WANTED}"

    text = text_of(colleague_browser.get(LIST))
    found = re.search(
        r'<option value="(saved-\d+)">Pumps that end<', text.split("Saved filters")[1]
    )
    assert found
    chosen = {"show": found[1], "q": "typed before"}
    assert colleague_browser.get(LIST, chosen)["Location"] == f"{LIST}{WANTED}"
    assert colleague_browser.get(LIST, chosen, headers=HTMX)["HX-Redirect"] == f"{LIST}{WANTED}"


def test_saved_filter_of_somebody_else_or_of_no_number_shows_all(
    administrator_browser, colleague_browser
):
    save(colleague_browser, "Pumps that end")
    theirs = SavedFilter.objects.get().pk

    for show in (f"saved-{theirs}", "saved-", "saved-x", "saved-²", f"saved-{10**30}"):
        reply = administrator_browser.get(LIST, {"show": show})
        assert reply.status_code == 200
        assert '<option value="" selected>' in text_of(reply)


def test_saved_filter_omits_page_selection_and_invalid_values(colleague_browser):
    save(colleague_browser, "x", "?show=nonsense&page=3&select=1&q=a&next=//evil.example")

    assert SavedFilter.objects.get().query == "?q=a"


@pytest.mark.both_databases
def test_saved_filter_with_the_same_name_is_replaced(colleague_browser):
    save(colleague_browser, "Mine")
    save(colleague_browser, "MINE", "?q=b")

    assert [(one.name, one.query) for one in SavedFilter.objects.all()] == [("MINE", "?q=b")]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb", "\x00"])
def test_saved_filter_invalid_name_is_explained_and_kept(colleague_browser, name):
    reply = save(colleague_browser, name)

    assert reply.status_code == 422
    assert 'id="id_name_error"' in text_of(reply)
    assert not is_page(reply)
    assert not SavedFilter.objects.exists()


def test_saved_filter_beyond_twenty_is_refused(colleague_browser, colleague):
    for number in range(SAVED_FILTERS_MAX - 1):
        SavedFilter.objects.create(person=colleague, name=f"f{number}", query="?q=a")

    assert save(colleague_browser, "the twentieth").status_code == 200
    refused = save(colleague_browser, "one more")
    assert refused.status_code == 422
    assert "There are 20 saved filters" in text_of(refused)
    assert save(colleague_browser, "the twentieth", "?q=c").status_code == 200


@pytest.mark.both_databases
def test_saved_filter_is_removed_only_by_its_person(
    colleague_browser, administrator_browser, colleague
):
    one = SavedFilter.objects.create(person=colleague, name="Mine", query="?q=a")
    address = f"{LIST}/filters/{one.pk}/remove"

    assert administrator_browser.post(address).status_code == 404
    assert "Mine" not in text_of(administrator_browser.get(LIST))
    assert 'id="filter-remove"' not in text_of(colleague_browser.get(LIST))
    shown = text_of(colleague_browser.get(f"{LIST}?type=client-credentials&q=a"))
    assert f'action="{address}"' in shown
    assert "Save filter" not in shown
    reply = colleague_browser.post(address, {"next": f"{LIST}?q=a"})
    assert (reply.status_code, reply["Location"]) == (303, f"{LIST}?q=a")
    assert not SavedFilter.objects.exists()
