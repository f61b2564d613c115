"""Single sign-on with node-oidc-provider, in a browser that applies our Content-Security-Policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.free_ports import free_port
from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.conftest import NewVisitor
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.third_party.npm_packages import programs
from tests.third_party.programs import running

ADD = "/security/clients/add"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal whose people, such as Ann, sign in at the provider."""
    folder, port = tmp_path_factory.mktemp("single_sign_on"), free_port()
    made = PortalProcess(
        folder / "var",
        like=prepared_portal(),
        has_worker=False,
        OIDC_ISSUER=f"http://localhost:{port}",
        OIDC_CLIENT_ID="portal",
        OIDC_CLIENT_SECRET="of the portal",
        OIDC_NAME="Example",
        OIDC_CREATE_PEOPLE="on",
        OIDC_ROLES_CLAIM="roles",
        OIDC_ROLES_MAP="readers=Tenant Administrator",
    )
    command = (*("node", "oidc_provider.mjs", str(port)), f"{made.url}/sign-in/with/1/return")
    with running(command, port, folder=programs(), log=folder / "provider.log"), made:
        yield made


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_person_signs_in_and_confirms_their_identity_at_the_provider(
    portal: PortalProcess, new_visitor: NewVisitor, javascript: bool
) -> None:
    account = "ann" if javascript else "bob"
    page = new_visitor(portal, javascript=javascript).page("/sign-in?next=/account")

    page.get_by_role("button", name="Sign in with Example").click()
    go_on(page, account)
    expect(page).to_have_url(f"{portal.url}/account")

    forget_proof(portal)
    page.goto(ADD)
    page.get_by_role("button", name="Continue to Example").last.click()
    go_on(page, account)
    expect(page).to_have_url(f"{portal.url}{ADD}")
    expect(page.get_by_label("Name", exact=True)).to_be_visible()


def test_person_who_confirms_with_another_account_is_refused(
    portal: PortalProcess, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(portal)
    visitor.expect(403)
    page = visitor.page("/sign-in")
    page.get_by_role("button", name="Sign in with Example").click()
    go_on(page, "carla")
    expect(page.get_by_role("heading", name="Clients", exact=True)).to_be_visible()

    forget_proof(portal)
    page.goto(ADD)
    page.get_by_role("button", name="Continue to Example").last.click()
    go_on(page, "dora")

    expect(page.get_by_role("alert")).to_contain_text("with another account")


@pytest.mark.sweep
def test_accessibility_of_single_sign_on(
    portal: PortalProcess, new_visitor: NewVisitor, accessibility: AccessibilityChecks
) -> None:
    visitor = new_visitor(portal, bypass_csp=True)
    visitor.expect(403)
    page = visitor.page("/sign-in")
    accessibility.check(page, "Sign in, with a provider")
    page.goto("/sign-in/with/1/return?state=made-up")
    expect(page.get_by_role("alert")).to_contain_text("not begun in this browser")
    accessibility.check(page, "Sign in, refused")

    page.route("**/sign-in/with/1", without_refresh)
    page.get_by_role("button", name="Sign in with Example").click()
    expect(page.get_by_role("heading", name="Continue to Example")).to_be_visible()
    accessibility.check(page, "Continue to the provider")
    page.get_by_role("link", name="Continue").click()
    go_on(page, "emil")
    expect(page.get_by_role("heading", name="Clients", exact=True)).to_be_visible()

    forget_proof(portal)
    page.goto(ADD)
    expect(page.get_by_role("button", name="Continue to Example").last).to_be_visible()
    accessibility.check(page, "Confirm your identity, at the provider")
    page.goto("/sign-in/with/1/return?state=made-up")
    expect(page.get_by_role("alert")).to_contain_text("not begun in this browser")
    accessibility.check(page, "Not confirmed")


def without_refresh(route: Route) -> None:
    """Keep a page that leads on to the provider at once."""
    response = route.fetch()
    headers = {name: value for name, value in response.headers.items() if name != "refresh"}
    route.fulfill(response=response, headers=headers)


def go_on(page: Page, account: str) -> None:
    """Sign in at the provider, which asks although it knows the person."""
    page.get_by_label("Account").fill(account)
    page.get_by_role("button", name="Go on").click()


def forget_proof(portal: PortalProcess) -> None:
    """Make the last proof of all sessions too old, as if time had passed."""
    code = (
        "from clients_app.models import Session as S;"
        "from clients_app.identity.session_store import SessionStore as T; store = T();\n"
        "for row in S.objects.all():\n"
        "    content = store.decode(row.session_data)\n"
        "    for one in content.get('account_authentication_methods', []): one['at'] -= 3600\n"
        "    row.session_data = store.encode(content); row.save()"
    )
    assert portal.run("shell", "-v", "0", "-c", code).returncode == 0
