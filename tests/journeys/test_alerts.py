"""Alerts: a client that begins to be refused is in Activity; kinds are turned off and muted."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.visitor import Visitor, press
from tests.portal_process import PortalProcess

#: requests of a new client as the token endpoint counts them, and then the worker's chore
REFUSED = """
from datetime import timedelta
from django.utils import timezone
from clients_app.models import Tenant
from clients_app.services.alerts.watch import watch
from clients_app.services.usage import counts
from tests.factories import make_client
from tests.services.notices.alert_cases import be_refused, get_token
now = timezone.now()
client = make_client("Refused since noon", Tenant.objects.order_by("created_at")[0]).client
get_token(client, now - timedelta(minutes=20))
be_refused(client, now - timedelta(minutes=10))
counts.flush()
watch(now=now)
print(client.pk)
"""


@pytest.fixture(scope="module")
def address(live_portal: PortalProcess) -> str:
    """The address of a client with an alert."""
    made = live_portal.run("shell", "-c", REFUSED)
    assert made.returncode == 0, made.stderr
    return f"/security/clients/{made.stdout.split()[-1]}"


@pytest.mark.sweep
@WITH_AND_WITHOUT_JAVASCRIPT
def test_alert_is_recorded_and_can_be_muted(visitor: Visitor, address: str) -> None:
    page = visitor.page(f"{address}/activity")
    expect(page.locator("#details")).to_contain_text("token requests are refused")
    expect(page.locator("#details")).to_contain_text("unknown secret")

    page.goto(f"{address}/edit")
    page.get_by_role("group", name="Mute alerts").get_by_label("Refused requests").check()
    press(page, "Save")
    expect(page.locator("#details")).to_contain_text("Muted alerts")

    for is_on in (False, True):  # for other tests
        page.goto("/security/notices")
        alerts = page.get_by_role("region", name="Alerts")
        alerts.get_by_label("A client is refused").set_checked(is_on)
        alerts.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Alerts saved.")).to_be_visible()
        box = page.get_by_role("region", name="Alerts").get_by_label("A client is refused")
        expect(box).to_be_checked(checked=is_on)
