"""Tags by mouse and keyboard: suggested while they are typed, and selected to filter."""

from uuid import uuid4

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import open_add_client
from tests.journeys.visitor import Visitor
from tests.portal_process import TENANT
from tests.waiting import wait_until

SEED = """
from clients_app.models import Tenant
from tests.factories import make_client
tenant = Tenant.objects.get(name="{tenant}")
for n in range(2):
    make_client("{word} %d" % n, tenant, tags=("{word}-site", "{word}-%d" % n))
"""


def seed(visitor: Visitor) -> str:
    word = f"tag{uuid4().hex[:6]}"
    done = visitor.portal.run("shell", "-c", SEED.format(tenant=TENANT, word=word))
    assert done.returncode == 0, done.stderr
    return word


@WITH_AND_WITHOUT_JAVASCRIPT
def test_tag_of_a_client_leads_to_all_clients_with_it(visitor: Visitor) -> None:
    word = seed(visitor)
    page = visitor.page(f"/security/clients?q={word} 0")
    page.get_by_role("link", name=f"{word} 0", exact=True).click()
    page.locator("#details").get_by_role("link", name=f"{word}-site").click()

    expect(page.locator(".row-link")).to_have_text([f"{word} 0", f"{word} 1"])
    page.get_by_role("link", name=f"Tag: {word}-site, remove filter").click()
    expect(page.get_by_role("link", name=f"Tag: {word}-site, remove filter")).to_have_count(0)


def test_suggestions_complete_the_tag_behind_the_last_comma(visitor: Visitor) -> None:
    word = seed(visitor)
    page = visitor.page("/security/clients")
    values = "field => [...field.list.options].map(one => one.value)"

    def field_with_the_tag() -> Locator | None:
        """Open the window again: the server reads the tags of all clients every 30 seconds."""
        page.goto("/security/clients")
        window = open_add_client(page)
        window.locator("details.more summary").click()
        field = window.get_by_label("Tags")
        return field if f"{word}-site" in field.evaluate(values) else None

    field = wait_until(field_with_the_tag)

    field.press_sequentially("pump, ta")
    assert f"pump, {word}-site" in field.evaluate(values)
    field.fill("")
    field.press_sequentially("t")
    assert f"{word}-site" in field.evaluate(values)
