"""The admin site in real Chromium: nothing on it breaks the content security policy."""

import re
from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.visitor import ARGUMENTS, Visitor, chromium_path, sign_in
from tests.portal_process import PortalProcess
from tests.sampling import sampled

PUBLIC = ECKey.generate_key("P-256").as_pem(private=False).decode()
#: Enter, by the protocol of Chromium: Playwright's own key waits for the answer
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
PLACES = (
    *("Audit events", "Client secrets", "Clients", "People"),
    *("Public keys", "Federated identities", "Roles", "Signing keys", "Tenants", "Token usages"),
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for this module; it closes before other tests, like that of the journeys."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(params=sampled([True, False]), ids=["with JavaScript", "without JavaScript"])
def visitor(
    chromium: Browser, live_portal: PortalProcess, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """A visitor whose pages must not complain by the end of the test."""
    visitor = Visitor(chromium, live_portal, javascript=request.param)
    yield visitor
    assert visitor.close() == []


def front_page(visitor: Visitor) -> Page:
    """Open /admin/ and sign in."""
    page = visitor.page("/admin/")
    sign_in(page)
    expect(page).to_have_url(f"{visitor.portal.url}/admin/")
    return page


def test_admin_lists_and_first_rows_open_without_complaints(visitor: Visitor) -> None:
    page = front_page(visitor)
    for place in PLACES:
        page.goto("/admin/")
        page.locator("#content").get_by_role("link", name=place, exact=True).click()
        expect(page.locator("#changelist")).to_be_visible()
        first = page.locator("#result_list tbody th a").first
        if first.count():
            first.click()
            expect(page.locator(".form-row").first).to_be_visible()


def test_add_client_marks_errors_then_adds(visitor: Visitor) -> None:
    visitor.expect(422)
    page = front_page(visitor)
    page.goto("/admin/clients_app/client/add/")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Token Lifetime").fill("59")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".errorlist")).to_have_count(2)

    plain = added(page, f"Gateway, {visitor.javascript}")

    plain = plain.removeprefix("pcs_")
    assert plain not in visitor.portal.dump_of_every_table()
    assert plain not in visitor.portal.log()


def test_enter_pressed_twice_adds_one_client_and_shows_its_secret(visitor: Visitor) -> None:
    page = front_page(visitor)
    page.goto("/admin/clients_app/client/add/")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name:").fill(f"Twice, {visitor.javascript}")
    if visitor.javascript:
        posts: list[str] = []
        page.on("request", lambda sent: posts.append(sent.url) if sent.method == "POST" else None)
        keyboard = page.context.new_cdp_session(page)
        for kind in ("keyDown", "keyUp") * 2:
            keyboard.send("Input.dispatchKeyEvent", {**ENTER, "type": kind})
        expect(page.locator("h1")).to_have_text("Client Successfully Created")
        page.wait_for_load_state("networkidle")
        assert page.locator("#client_secret").inner_text()
        assert len(posts) == 1
    else:
        visitor.expect(409)
        page.get_by_role("button", name="Add").dblclick()
        expect(page.locator("h1")).to_have_text(re.compile("^(Already Added|Client Successfully)"))


def test_client_gets_a_second_secret_and_is_removed(visitor: Visitor) -> None:
    name = f"Turbine, {visitor.javascript}"
    page = front_page(visitor)
    page.goto("/admin/clients_app/client/add/")
    page.get_by_role("button", name="Continue").click()
    first = added(page, name)

    page.get_by_role("link", name="Close").click()
    page.get_by_role("link", name="Add Secret").click()
    page.get_by_label("Never Expires").check()
    page.get_by_role("button", name="Add").click()
    expect(page.locator("h1")).to_have_text("Secret Successfully Added")
    assert page.locator("#client_secret").inner_text() != first

    page.get_by_role("link", name="Close").click()
    page.get_by_role("link", name="Remove Client").click()
    page.get_by_role("button", name="Remove Client").click()
    expect(page.locator(".messagelist")).to_have_text(f"{name} is removed.")
    expect(page.get_by_role("link", name="Restore Client")).to_be_visible()


def test_client_gets_a_public_key_of_this_browser(visitor: Visitor) -> None:
    page = front_page(visitor)
    page.goto("/admin/clients_app/client/add/")
    page.get_by_role("button", name="Continue").click()
    added(page, f"Valve, {visitor.javascript}")
    page.get_by_role("link", name="Close").click()
    page.get_by_role("link", name="Add Public Key").click()
    page.get_by_text("Make a key pair with openssl").click()
    expect(page.get_by_text("openssl pkey")).to_be_visible()
    assert page.locator("details svg").count() == 0  # it would be as large as the page
    make = page.get_by_role("button", name="Make a key pair in this browser")
    if visitor.javascript:
        with page.expect_download() as download:
            make.click()
        private = download.value.path().read_text()
        assert private.startswith("-----BEGIN PRIVATE KEY-----")
        expect(page.locator("#key-pair-note")).to_contain_text("The private key is downloaded")
        assert "PRIVATE" not in page.content()
    else:
        expect(make).to_be_hidden()
        page.get_by_label("Public key:").fill(PUBLIC)
    page.get_by_label("Never Expires").check()
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".messagelist")).to_contain_text("Public key")
    expect(page.get_by_role("link", name="Edit Assertions")).to_be_visible()


def added(page: Page, name: str) -> str:
    """Add a client with the open form; return its secret."""
    page.get_by_label("Name:").fill(name)
    page.get_by_label("Token Lifetime").fill("60")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("h1")).to_have_text("Client Successfully Created")
    plain = page.locator("#client_secret").inner_text()
    assert re.fullmatch(r"pcs_[0-9A-Za-z]{49}", plain)
    return plain
