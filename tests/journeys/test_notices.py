"""Notices: a webhook that gets the promised messages, and a private calendar address."""

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Locator, Page, expect
from standardwebhooks import Webhook as Verifier

from tests.journeys.test_secret_shown_once import HIDE
from tests.journeys.visitor import Visitor
from tests.sinks import receiver

NOTICES = "/security/notices"


def test_webhook_is_saved_tested_and_retried(visitor: Visitor) -> None:
    page = visitor.page(NOTICES)
    with receiver() as hooks:
        hooks.status = 410
        page.get_by_label("URL", exact=True).fill(hooks.url)
        page.get_by_role("button", name="Add webhook").click()
        expect(page.get_by_text("Copy the signing secret now.")).to_be_visible()
        secret = page.locator("#id_signing_secret").inner_text()
        page.evaluate(HIDE)  # the page that the browser keeps for Back has no secret
        expect(page.locator("#id_signing_secret")).to_have_count(0)
        page.reload()
        expect(page.locator("#id_signing_secret")).to_have_count(0)

        page.get_by_role("button", name="Send a test").click()
        expect(page.locator("#toasts")).to_contain_text("A test is on its way")
        message = until_it_says(page, "Failed: HTTP 410")
        hooks.status = 204
        message.get_by_role("button", name="Send again").click()
        expect(until_it_says(page, "Sent")).to_contain_text("HTTP 204")

        refused, taken = hooks.received
        assert refused[0]["webhook-id"] == taken[0]["webhook-id"]
        assert Verifier(secret).verify(taken[1], taken[0])["type"] == "test"
    page.get_by_role("button", name="Remove webhook").click()
    expect(page.get_by_role("button", name="Add webhook")).to_be_visible()
    page.goto("/security/activity")
    expect(page.locator("#main")).to_contain_text("HTTP 204")


def until_it_says(page: Page, words: str) -> Locator:
    """Reload the page until its first message contains ``words``; return that message."""
    first = page.get_by_role("region", name="Messages").get_by_role("listitem").first
    for _ in range(240):
        if words in first.inner_text():
            break
        page.wait_for_timeout(250)
        page.goto(NOTICES)
    expect(first).to_contain_text(words)
    return first


def test_calendar_address_works_until_it_is_removed(visitor: Visitor) -> None:
    page = visitor.page(NOTICES)
    page.get_by_role("button", name="Create calendar link").click()
    expect(page.get_by_text("Copy the link now.")).to_be_visible()
    address = page.locator("#id_calendar_address").inner_text()
    with urllib.request.urlopen(address) as reply:  # noqa: S310  the test portal, without a cookie
        assert reply.headers["Content-Type"].startswith("text/calendar")
        assert reply.read().startswith(b"BEGIN:VCALENDAR")

    page.get_by_role("button", name="Remove link").click()
    expect(page.locator("#toasts")).to_contain_text("no longer works")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(address)  # noqa: S310  a URL of this test server
