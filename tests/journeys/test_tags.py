"""Tags by mouse and keyboard: suggested while they are typed, and selected to filter."""

from uuid import uuid4

from playwright.sync_api import expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT, NewVisitor
from tests.journeys.page_actions import open_add_client
from tests.journeys.visitor import Visitor, sign_in
from tests.portal_process import PASSWORD, TENANT, PortalProcess

SEED = """
from clients_app.models import Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.factories import make_client, make_person, make_tenant
for tenant in (Tenant.objects.get(name="{tenant}"), make_tenant("{word}")):
    for n in range(2):
        make_client("{word} %d" % n, tenant, tags=("{word}-site", "{word}-%d" % n))
make_person("{word}", tenant, TENANT_ADMINISTRATOR, password="{password}")
"""


def seed(portal: PortalProcess) -> str:
    """Add clients with tags to the tenant, and to a new one, whose only person this names."""
    word = f"tag{uuid4().hex[:6]}"
    code = SEED.format(tenant=TENANT, word=word, password=PASSWORD)
    done = portal.run("shell", "-c", code)
    assert done.returncode == 0, done.stderr
    return word


@WITH_AND_WITHOUT_JAVASCRIPT
def test_tag_of_a_client_leads_to_all_clients_with_it(visitor: Visitor) -> None:
    word = seed(visitor.portal)
    page = visitor.page(f"/security/clients?q={word} 0")
    page.get_by_role("link", name=f"{word} 0", exact=True).click()
    page.locator("#details").get_by_role("link", name=f"{word}-site").click()

    expect(page.locator(".row-link")).to_have_text([f"{word} 0", f"{word} 1"])
    page.get_by_role("link", name=f"Tag: {word}-site, remove filter").click()
    expect(page.get_by_role("link", name=f"Tag: {word}-site, remove filter")).to_have_count(0)


def test_suggestions_complete_the_tag_behind_the_last_comma(
    live_portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    """In a new tenant: the server keeps the tags of each for 30 seconds."""
    word = seed(live_portal)
    page = new_visitor(live_portal).page("/sign-in")
    sign_in(page, word)
    window = open_add_client(page)
    window.locator("details.more summary").click()
    field = window.get_by_label("Tags")
    values = "field => [...field.list.options].map(one => one.value)"

    field.press_sequentially("pump, ta")
    assert f"pump, {word}-site" in field.evaluate(values)
    field.fill("")
    field.press_sequentially("t")
    assert f"{word}-site" in field.evaluate(values)
