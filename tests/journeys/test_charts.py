"""Charts: periods of a client and of all, and a day of Activity; with and without JavaScript."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.visitor import Visitor, expect_focus
from tests.portal_process import TENANT

SEED = """
from datetime import UTC, datetime, timedelta
from clients_app.models import RefusedHour, Tenant, TenantHour
from tests.factories import insert_usage, make_client
tenant, hour = Tenant.objects.get(name="{tenant}"), timedelta(hours=1)
client = make_client("{name}", tenant).client
now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
for at in (*range(2, 12), 72):
    insert_usage(client.secrets.get(), now - at * hour, tokens=10, last_at=now - at * hour)
RefusedHour.objects.create(client=client, hour=now - 2 * hour, requests=3)
TenantHour.objects.update_or_create(
    tenant=tenant, hour=now - 48 * hour, defaults={{"tokens": 500, "refused": 5}}
)
"""


def choose_period(page: Page, words: str) -> None:
    periods = page.get_by_role("navigation", name="Period")
    periods.get_by_role("link", name=words).click()
    expect(periods.get_by_role("link", name=words)).to_have_attribute("aria-current", "true")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_chart_of_a_client_shows_the_chosen_period(visitor: Visitor) -> None:
    name = f"Chart {uuid4().hex[:8]}"
    seeded = visitor.portal.run("shell", "-c", SEED.format(tenant=TENANT, name=name))
    assert seeded.returncode == 0, seeded.stderr
    page = visitor.page(f"/security/clients?q={name}")
    page.get_by_role("link", name=name, exact=True).click()

    chart = page.get_by_role("figure", name="Token requests")
    drawn = chart.get_by_role("img", name="Token requests")
    expect(drawn).to_have_accessible_name(re.compile("Tokens 100, Refused 3"))
    expect(chart.locator("rect.bar-tokens")).to_have_count(11)  # with the one of the legend
    choose_period(page, "7 days")
    expect(page).to_have_url(re.compile("period=7d"))
    expect(drawn).to_have_accessible_name(re.compile("Tokens 110, Refused 3"))
    if visitor.javascript:
        expect_focus(page, "usage-7d")
    chart.get_by_text("Tokens per day", exact=True).click()
    expect(chart.get_by_role("row").nth(1)).to_be_visible()
    page.go_back()
    expect(drawn).to_have_accessible_name(re.compile("Tokens 100"))

    page.get_by_role("link", name="Usage", exact=True).click()
    expect(page.get_by_role("heading", name="Usage of all clients")).to_be_visible()
    choose_period(page, "30 days")
    expect(chart).to_contain_text("Refused")
    page.get_by_role("link", name="Close Details").click()
    expect(page.locator("#details")).to_be_hidden()


@WITH_AND_WITHOUT_JAVASCRIPT
def test_day_of_activity_is_chosen_by_key(visitor: Visitor) -> None:
    page = visitor.page("/security/activity")
    days = page.get_by_role("navigation", name="Activity per day").get_by_role("link")
    expect(days).to_have_count(30)
    today = days.last
    today.focus()
    page.keyboard.press("Enter")
    expect(today).to_have_attribute("aria-current", "date")
    expect(page.get_by_label("When")).to_have_value("dates")
    expect(page.get_by_label("From")).to_have_value(re.compile(r"\d{4}-\d\d-\d\d"))
    if visitor.javascript:
        expect_focus(page, today.get_attribute("id") or "")
