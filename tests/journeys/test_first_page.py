"""What the first page loads and how it settles: its font, its weight, nothing that moves."""

from uuid import uuid4

import pytest
from playwright.sync_api import CDPSession, Page

from tests.journeys.visitor import Visitor
from tests.portal_process import TENANT

SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SEED = """
from datetime import UTC, datetime, timedelta
from clients_app.models import Tenant
from tests.factories import insert_usage, make_client
tenant, day = Tenant.objects.get(name="{tenant}"), timedelta(days=1)
now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
for n in range(50):
    secret = make_client("{word} %d" % n, tenant, expires_at=now + n * day).client.secrets.get()
    for at in range(7):
        hour = now - at * day
        insert_usage(secret, hour, tokens=(n + 3) ** (at + 1) % 997, last_at=hour)
"""


def fonts_of(wire: CDPSession, selector: str) -> set[str]:
    """Return the names of the fonts in which Chromium draws an element."""
    root = wire.send("DOM.getDocument")["root"]["nodeId"]
    node = wire.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    fonts = wire.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    return {font["familyName"] for font in fonts}


def wire_of(visitor: Visitor, page: Page, *domains: str) -> CDPSession:
    wire = visitor.context.new_cdp_session(page)
    for domain in domains:
        wire.send(f"{domain}.enable")
    return wire


def test_first_page_is_below_60_kb_with_its_font_and_nothing_moves(visitor: Visitor) -> None:
    word = f"Zz First {uuid4().hex[:6]}"
    seeded = visitor.portal.run("shell", "-c", SEED.format(tenant=TENANT, word=word))
    assert seeded.returncode == 0, seeded.stderr
    visitor.context.add_init_script(SHIFTS)
    page = visitor.page()
    received: list[float] = []
    wire = wire_of(visitor, page, "Network")
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"/security/clients?q={word}")
    page.wait_for_load_state("networkidle")

    assert page.locator(".row-link").count() == 50
    assert page.evaluate("document.fonts.check('14px Inter')")
    assert sum(received) < 60_000
    assert page.evaluate("window.shift") == 0


@pytest.mark.parametrize(
    ("text", "is_inter_alone"),
    [("→ Gdańsk …", True), ("Ωmega", False), ("Жёлудь", False), ("مضخة", False)],
)
def test_text_beyond_the_font_falls_back_to_fonts_of_the_machine(
    visitor: Visitor, text: str, is_inter_alone: bool
) -> None:
    page = visitor.page(f"/security/clients?q={text}")
    page.evaluate("(text) => document.fonts.load('14px Inter', text)", text)
    page.reload()  # from now on, the browser has the font's second part
    wire = wire_of(visitor, page, "DOM", "CSS")

    assert text in page.locator(".empty h2").inner_text()
    fonts = fonts_of(wire, ".empty h2")
    assert fonts
    assert (fonts == {"Inter"}) is is_inter_alone
