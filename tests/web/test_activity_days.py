"""Activity per day: each day is a link that shows it alone (ACS-4)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.selectors.activity import days as selectors
from clients_app.services.roles.roles import add_role
from tests.actors import actor_for
from tests.responses import HTMX, is_page, text_of
from tests.web.activity_rows import ACTIVITY, add_refusal, rows_in

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
LINK = r'<a class="(day[^"]*)" id="day-([\d-]+)" href="([^"]+)"[^>]*aria-label="([^"]+)"([^>]*)>'


@pytest.fixture
def days(administrator_browser):
    """A function that returns the links of the days by their dates."""

    def days(query=""):
        links = re.findall(LINK, text_of(administrator_browser.get(f"{ACTIVITY}{query}")))
        return {
            date: (css, to.replace("&amp;", "&"), words, more)
            for css, date, to, words, more in links
        }

    return days


def add_roles_on(day, count, administrator):
    for number in range(count):
        at = day + timedelta(minutes=number)
        add_role(f"R {day:%d} {number}", description="", actor=actor_for(administrator), now=at)


def test_days_count_what_the_list_of_each_day_shows(
    administrator_browser, administrator, machine, days, now
):
    noon = now.replace(hour=12, minute=0) - 3 * DAY
    add_roles_on(noon - DAY, 2, administrator)
    add_roles_on(noon, 3, administrator)
    add_refusal(machine, noon)

    shown = days()

    assert len(shown) == 30
    _, to, words, _ = shown[f"{noon:%Y-%m-%d}"]
    assert words.endswith(f"{noon:%b %Y}: 3 events, 1 group of refused token requests")
    assert len(rows_in(administrator_browser.get(to))) == 4
    assert shown[f"{noon - DAY:%Y-%m-%d}"][2].endswith(": 2 events")
    assert shown[f"{noon - 2 * DAY:%Y-%m-%d}"][2].endswith(": 0 events")
    assert shown[f"{now:%Y-%m-%d}"][2].split(": ")[1] != "0 events"


@pytest.mark.parametrize(
    ("query", "count"),
    [("kind=roles", "2 events"), ("q=mara", "2 events"), ("q=nobody", "0 events")],
)
def test_days_keep_the_filter_and_count_by_it(days, administrator, now, query, count):
    noon = now.replace(hour=12, minute=0) - 3 * DAY
    add_roles_on(noon, 2, administrator)

    _, to, words, _ = days(f"?{query}")[f"{noon:%Y-%m-%d}"]

    assert words.split(": ")[1] == count
    assert query in to
    by_person = days(f"?person={administrator.pk}")[f"{noon:%Y-%m-%d}"]
    assert by_person[2].split(": ")[1] == "2 events"


def test_days_mark_the_chosen_one_and_those_of_the_period(days, now):
    chosen, beside = f"{now - DAY:%Y-%m-%d}", f"{now - 2 * DAY:%Y-%m-%d}"

    shown = days(f"?when=dates&first={chosen}&last={chosen}")

    assert 'aria-current="date"' in shown[chosen][3]
    assert [date for date, link in shown.items() if "day-within" in link[0]] == [chosen]
    shown = days(f"?when=dates&first={beside}&last={chosen}")
    assert not any("aria-current" in link[3] for link in shown.values())
    assert [date for date, link in shown.items() if "day-within" in link[0]] == [beside, chosen]
    assert sum("day-within" in link[0] for link in days("?when=always").values()) == 30


def test_days_before_the_last_30_end_with_the_last_one_of_the_filter(days, now):
    last = now - 100 * DAY

    shown = list(days(f"?when=dates&last={last:%Y-%m-%d}"))

    assert (shown[0], shown[-1]) == (f"{last - 29 * DAY:%Y-%m-%d}", f"{last:%Y-%m-%d}")
    later = now + 100 * DAY
    assert list(days(f"?when=dates&last={later:%Y-%m-%d}"))[-1] == f"{now:%Y-%m-%d}"


def test_days_are_those_of_the_reader(days, administrator, now):
    late = now.replace(hour=23, minute=0) - 3 * DAY
    administrator.time_zone = "Asia/Tokyo"
    administrator.save()
    add_roles_on(late, 2, administrator)

    shown = days("?kind=roles")

    assert shown[f"{late:%Y-%m-%d}"][2].endswith(": 0 events")
    assert shown[f"{late + DAY:%Y-%m-%d}"][2].endswith(": 2 events")


def test_day_with_htmx_brings_the_filters_along(administrator_browser, now):
    address = f"{ACTIVITY}?when=dates&first={now:%Y-%m-%d}&last={now:%Y-%m-%d}"
    reply = administrator_browser.get(
        address, headers={**HTMX, "HX-Target": "activity-and-filters"}
    )

    assert not is_page(reply)
    assert '<option value="dates" selected>' in text_of(reply)
    assert text_of(reply).count('id="activity-slot"') == 1


def test_days_of_a_filter_that_matches_too_much_say_so(
    administrator_browser, administrator, days, now, monkeypatch
):
    monkeypatch.setattr(selectors, "COUNTED_MAX", 2)
    add_roles_on(now - DAY, 3, administrator)

    assert days("?kind=roles") == {}
    text = text_of(administrator_browser.get(f"{ACTIVITY}?kind=roles"))
    assert "Narrow the filter to see them by day." in text
    assert days()[f"{now - DAY:%Y-%m-%d}"][2].endswith(": 3 events")  # without a filter, always


def test_days_query_count_does_not_grow_with_events(administrator_browser, administrator, now):
    def query_count(query):
        with CaptureQueriesContext(connection) as seen:
            administrator_browser.get(f"{ACTIVITY}{query}")
        return len(seen)

    queries = ("", "?kind=roles")
    query_count("")  # what the session asks once
    before = [query_count(query) for query in queries]
    for days in range(20):
        add_roles_on(now - days * DAY - timedelta(hours=1), 2, administrator)

    assert [query_count(query) for query in queries] == before
