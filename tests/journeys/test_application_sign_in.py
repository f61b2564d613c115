"""An application sends a person here: they sign in, agree, and come back with a code.

With and without JavaScript, in a browser that applies the Content-Security-Policy: Chromium blocks
a redirect that ``form-action`` does not allow.
"""

import json
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from clients_app.rules.pkce import challenge_of
from tests.journeys.callbacks import Application, application
from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT, NewVisitor
from tests.journeys.visitor import Visitor, sign_in
from tests.oauth.authorize.requests import VERIFIER
from tests.portal_process import PASSWORD, PortalProcess

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])


class Rooms:
    """An application with a client of its own at the portal."""

    def __init__(self, portal: PortalProcess, app: Application, *options: str) -> None:
        self.portal, self.app, self.name = portal, app, f"Rooms {uuid4()}"
        added = portal.run(
            *("clients", "add", self.name, "--type", "authorization-code", "--json"),
            *("--redirect-uri", f"{app.url}/callback", "--logout-uri", f"{app.url}/bye"),
            *("--tenant", "Herons Ltd", *options),
        )
        assert added.returncode == 0, added.stderr
        self.client_id = json.loads(added.stdout)["client_id"]

    def address(self, **changes: str) -> str:
        """Return where the application sends people."""
        params = {
            "client_id": self.client_id,
            "redirect_uri": f"{self.app.url}/callback",
            "response_type": "code",
            "scope": "openid profile api",
            "state": "xyz",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        return f"/identity/connect/authorize?{urlencode(params)}"

    def tokens(self, code: str) -> dict[str, str]:
        """Redeem a code as the application does."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "redirect_uri": f"{self.app.url}/callback",
            "code_verifier": VERIFIER,
        }
        connection = self.portal.connection(timeout_s=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/identity/connect/token", urlencode(form), headers)
        answer: dict[str, str] = json.load(connection.getresponse())
        connection.close()
        return answer

    def back(self, page: Page) -> dict[str, str]:
        """Return what the person brought."""
        expect(page.get_by_role("heading", name="Back at the application")).to_be_visible()
        return self.app.callback().members


@pytest.fixture
def app() -> Iterator[Application]:
    with application() as running:
        yield running


@pytest.fixture
def rooms(live_portal: PortalProcess, app: Application) -> Rooms:
    """An application of the organisation itself: nobody is asked what it may do."""
    return Rooms(live_portal, app, "--first-party")


@pytest.fixture
def signed_in(new_visitor: NewVisitor, rooms: Rooms, javascript: bool) -> Page:
    """The page of a person whom the application sent here and who has signed in."""
    page = new_visitor(rooms.portal, javascript=javascript).page(rooms.address())
    sign_in(page)
    return page


@BOTH
def test_person_signs_in_allows_and_comes_back_with_a_code(
    new_visitor: NewVisitor, live_portal: PortalProcess, app: Application, javascript: bool
) -> None:
    rooms = Rooms(live_portal, app)
    visitor = new_visitor(live_portal, javascript=javascript)
    visitor.expect(422)

    page = visitor.page(rooms.address())
    expect(page.get_by_text(f"You continue to {rooms.name}.")).to_be_visible()
    sign_in(page, password="wrong-wrong-wrong")
    expect(page.get_by_text("Username or password is wrong")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name=f"Allow {rooms.name}?")).to_be_visible()
    page.get_by_role("button", name="Allow").click()

    members = rooms.back(page)
    assert members["state"] == "xyz"
    assert members["iss"] == f"{live_portal.url}/identity"
    tokens = rooms.tokens(members["code"])
    assert tokens.keys() >= {"access_token", "id_token", "expires_in"}

    page.goto(rooms.address())  # at once, the second time
    assert rooms.back(page)["code"]
    page.goto(f"{live_portal.url}/account")
    page.get_by_role("button", name=f"Withdraw access of {rooms.name}").click()
    expect(page.get_by_text(f"{rooms.name} may no longer act for you.")).to_be_visible()
    page.goto(rooms.address())
    page.get_by_role("button", name="Cancel").click()
    assert rooms.back(page)["error"] == "access_denied"


@BOTH
def test_first_party_application_gets_the_code_right_after_the_sign_in(
    signed_in: Page, rooms: Rooms
) -> None:
    assert rooms.back(signed_in)["code"]


@WITH_AND_WITHOUT_JAVASCRIPT
def test_form_post_brings_the_answer(visitor: Visitor, rooms: Rooms) -> None:
    page = visitor.page(rooms.address(response_mode="form_post", state='"><b>'))
    if not visitor.javascript:
        page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="Back at the application")).to_be_visible()
    callback = rooms.app.callback()
    assert (callback.method, callback.members["state"]) == ("POST", '"><b>')


@BOTH
def test_sign_in_is_asked_for_again(
    new_visitor: NewVisitor, rooms: Rooms, javascript: bool
) -> None:
    visitor = new_visitor(rooms.portal, javascript=javascript)
    visitor.expect(422)
    page = visitor.page(rooms.address())
    sign_in(page)
    rooms.back(page)
    page.goto(rooms.portal.url + rooms.address(prompt="login"))
    for password in ("wrong-wrong-wrong", PASSWORD):
        expect(page.get_by_role("heading", name="Sign in again")).to_be_visible()
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Continue").click()

    assert rooms.back(page)["code"]


@BOTH
def test_person_signs_out_and_comes_back(signed_in: Page, rooms: Rooms) -> None:
    page = signed_in
    rooms.back(page)
    query = urlencode(
        {
            "client_id": rooms.client_id,
            "post_logout_redirect_uri": f"{rooms.app.url}/bye",
            "state": "bye",
        }
    )

    page.goto(f"{rooms.portal.url}/identity/connect/endsession?{query}")
    expect(page.get_by_text(f"{rooms.name} asks to sign you out.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Back at the application")).to_be_visible()
    assert rooms.app.callback() == ("GET", "/bye", {"state": "bye"})
    page.goto(f"{rooms.portal.url}/account")
    expect(page.get_by_label("Username")).to_be_visible()


def test_application_in_a_pop_up_keeps_its_opener(visitor: Visitor, app: Application) -> None:
    rooms = Rooms(visitor.portal, app)
    page = visitor.page(app.url)
    app.callback()
    with page.expect_popup() as popup:
        page.evaluate("url => { window.open(url, 'portal') }", visitor.portal.url + rooms.address())
    popup.value.get_by_role("button", name="Allow").click()

    rooms.back(popup.value)
    assert popup.value.evaluate("() => window.opener !== null")
