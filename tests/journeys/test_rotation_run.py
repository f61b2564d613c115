"""Secrets that expire this week are replaced by keys alone, and without JavaScript."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITHOUT_JAVASCRIPT
from tests.journeys.keyboard import CLIENTS, expect_window, press_keys, tab_to, wait_for_htmx
from tests.journeys.rotate_by_keys import rotate_first_by_keys
from tests.journeys.visitor import Visitor, expect_focus, window_of
from tests.portal_process import TENANT, PortalProcess

KEYS_MAX = 30

SEED = """
from datetime import timedelta
from django.utils import timezone
from clients_app.models import Tenant
from tests.factories import make_client
tenant, now = Tenant.objects.get(name="{tenant}"), timezone.now()
for n in range({clients}):
    make_client("{word} %d" % n, tenant, expires_at=now + timedelta(hours={hours} + n), now=now)
"""


def seed(portal: PortalProcess, *, clients: int, ends_in: timedelta) -> str:
    """Add clients whose secrets expire one hour after the other; return their common word."""
    word = f"Weir{uuid4().hex[:8]}"
    hours = ends_in // timedelta(hours=1)
    code = SEED.format(tenant=TENANT, word=word, clients=clients, hours=hours)
    done = portal.run("shell", "-c", code)
    assert done.returncode == 0, done.stderr
    return word


def copy_secret_by_keys(page: Page) -> None:
    window = expect_window(page, "Secret Successfully Added")
    expect_focus(page, "Copy")  # the Client Id's
    tab_to(page, "Copy")
    press_keys(page, "Enter")
    expect(window.locator("[data-note]")).to_contain_text("Client Secret copied")


@pytest.mark.sweep
def test_secrets_that_expire_this_week_are_rotated_one_by_one_by_keys(visitor: Visitor) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    word = seed(visitor.portal, clients=2, ends_in=timedelta(days=3))
    page = visitor.page(f"{CLIENTS}?q={word}&show=expiring-soon")
    tab_to(page, "rotate-all")
    press_keys(page, "Enter")
    expect_focus(page, "rotate-next")

    press_keys(page, "Enter")
    window = expect_window(page, "Rotate Secret")
    expect(window.locator("#window-lede")).to_contain_text(f"{word} 0")
    press_keys(page, "Enter")
    copy_secret_by_keys(page)
    expect(window.locator("#run-list summary")).to_contain_text("1 of 2 rotated, 1 left")

    tab_to(page, f"Rotate {word} 1 next")
    press_keys(page, "Enter")
    expect_window(page, "Rotate Secret")
    expect(window.locator("#window-lede")).to_contain_text(f"{word} 1")
    press_keys(page, "Enter")
    copy_secret_by_keys(page)
    press_keys(page, "Escape")

    expect(window_of(page)).to_have_count(0)
    expect(page.locator("#run")).to_contain_text("2 of 2 rotated, 0 left")


def test_next_of_a_run_asks_before_a_secret_is_lost(visitor: Visitor) -> None:
    word = seed(visitor.portal, clients=2, ends_in=timedelta(days=3))
    page = visitor.page(f"{CLIENTS}/rotate/start?q={word}")
    page.locator("#rotate-next").click()
    window = expect_window(page, "Rotate Secret")
    window.get_by_role("button", name="Rotate", exact=True).click()
    expect_window(page, "Secret Successfully Added")

    window.locator("[data-next]").click()

    expect(window.get_by_role("alert")).to_contain_text("Close anyway?")
    wait_for_htmx(page)
    expect(window.locator("#window-title")).to_have_text("Secret Successfully Added")


@pytest.mark.sweep
@WITHOUT_JAVASCRIPT
def test_week_of_the_timeline_leads_to_a_run_without_javascript(visitor: Visitor) -> None:
    word = seed(visitor.portal, clients=2, ends_in=timedelta(days=50))
    page = visitor.page(f"{CLIENTS}?q={word}&show=timeline")
    page.get_by_role("link", name=re.compile("^Week of .*: [12] client")).first.click()
    expect(page.locator(".row-link", has_text=f"{word} 0")).to_be_visible()

    page.get_by_role("link", name="Rotate one by one").click()
    page.get_by_role("link", name="Rotate next").click()
    expect_lede = page.locator("#window-lede")
    expect(expect_lede).to_contain_text(f"{word} 0")
    page.get_by_role("button", name="Rotate", exact=True).last.click()
    expect(page.locator("#window-title")).to_have_text("Secret Successfully Added")
    expect(page.locator("#run-list summary")).to_contain_text("1 of ")
    page.get_by_role("link", name="Close").click()

    expect(page.locator("#run")).to_contain_text("1 of ")
    expect(page.locator("#run")).to_contain_text("Done")


def test_first_secret_that_expires_this_week_is_rotated_by_few_keys(visitor: Visitor) -> None:
    """At 60 ms a key, they take 2 of the 20 seconds that it may take a person."""
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seed(visitor.portal, clients=1, ends_in=timedelta(hours=2))

    assert rotate_first_by_keys(visitor.page()) <= KEYS_MAX
