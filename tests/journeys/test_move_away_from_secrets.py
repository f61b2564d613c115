"""The move away from secrets, from the first step to the last, by a key and by an identity. CRE-11.

The machine requests tokens by both at the same time, as in a move, and by the new way alone after.
"""

import json
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import WITHOUT_JAVASCRIPT, NewVisitor
from tests.journeys.page_actions import expect_closed, expect_window
from tests.journeys.signed_in import cookies_of
from tests.journeys.test_key_pair import downloaded
from tests.journeys.test_passkeys import age_proofs
from tests.journeys.visitor import Visitor, expect_focus, press, window_of
from tests.oauth.assertions import JWT_BEARER, assertion
from tests.portal_process import PASSWORD, TENANT, USERNAME, PortalProcess
from tests.waiting import wait_until

PLATFORM = "https://ci.example.com"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
SHOW_WHAT_IS_NEW = "() => document.dispatchEvent(new Event('visibilitychange'))"


class Machine:
    """A client with a secret; by the new way it sends an ``assertion`` of its key or platform."""

    def __init__(self, portal: PortalProcess) -> None:
        added = portal.run("clients", "add", f"Mover {uuid4()}", "--json", "--tenant", TENANT)
        client = json.loads(added.stdout)
        self.portal = portal
        self.id, self.plain = client["client_id"], client["client_secret"]
        self.path = f"/security/clients/{self.id}/secrets"

    def by_secret(self) -> int:
        return self._ask(client_secret=self.plain)

    def by_key(self, key: ECKey) -> int:
        return self._ask_by(assertion(self.id, key, aud=f"{self.portal.url}/identity"))

    def by_platform(self) -> int:
        claims = {"iss": PLATFORM, "sub": "job:deploy", "aud": f"{self.portal.url}/identity"}
        return self._ask_by(assertion(self.id, KEY, header={"kid": "one", "typ": "JWT"}, **claims))

    def _ask_by(self, text: str) -> int:
        return self._ask(client_assertion_type=JWT_BEARER, client_assertion=text)

    def _ask(self, **fields: str) -> int:
        form = {"grant_type": "client_credentials", "client_id": self.id, **fields}
        address = f"{self.portal.url}/identity/connect/token"
        return requests.post(address, data=form, timeout=60).status_code

    def has_written(self, *kinds: str) -> bool:
        """Return whether a use of each kind of credential is in the database."""
        columns = ", ".join(f"count({kind}_id)" for kind in kinds)
        where = f"replace(CAST(client_id AS text), '-', '') = '{self.id.replace('-', '')}'"
        statement = f"SELECT {columns} FROM clients_app_tokenusage WHERE {where}"  # noqa: S608  constants, an id
        return all(self.portal.query(statement)[0])


@pytest.fixture
def visitor(
    request: pytest.FixtureRequest,
    chromium: Browser,
    new_visitor: NewVisitor,
    live_portal: PortalProcess,
) -> Visitor:
    """Mara in a session that no other test has: the proof of identity gets old here."""
    cookies = cookies_of(chromium, live_portal, USERNAME)
    javascript = getattr(request, "param", True)
    return new_visitor(live_portal, javascript=javascript, storage_state=cookies)


@pytest.fixture
def machine(live_portal: PortalProcess) -> Machine:
    return Machine(live_portal)


def expect_not_yet(page: Page, machine: Machine) -> None:
    """What the screen does not offer yet is refused in words that say what to do first."""
    expect(page.locator("#end-secrets")).to_have_count(0)
    back = page.url
    page.goto(f"{machine.path}/end")
    expect(window_of(page)).to_contain_text("Let the machines use one first.")
    press(page, "End secrets")
    expect(window_of(page).get_by_role("alert")).to_contain_text("Let its machines use one first")
    page.goto(back)


def expect_both_in_use(move: Locator, name: str, plain: str) -> None:
    expect(move).to_contain_text(
        "Keys or identities are in use, but a secret was used or added within the Token Lifetime."
    )
    for used in (name, f"…{plain[-4:]}"):
        row = move.get_by_role("row").filter(has_text=used)
        expect(row.get_by_role("cell").first).to_have_text("1")
        expect(row).to_contain_text("127.0.0.1")


def end_secrets(page: Page, machine: Machine, when: str) -> None:
    """Confirm who one is, read who still uses a secret, and let the secrets end."""
    age_proofs(machine.portal, page)
    page.locator("#end-secrets").click()
    expect_window(page, "Confirm your identity").get_by_label("Password").fill(PASSWORD)
    press(page, "Continue")
    window = expect_window(page, "End Secrets")
    expect(window.get_by_label("In 24 hours")).to_be_focused()
    expect(window).to_contain_text("A secret was used or added within the Token Lifetime (1 hour)")
    expect(window.get_by_role("row").filter(has_text=machine.plain[-4:])).to_contain_text(
        "127.0.0.1"
    )
    window.get_by_label(when).check()
    press(page, "End secrets")
    expect(page.locator("#toasts")).to_contain_text("1 secret will expire.")


def look_at_platforms(page: Page, move: Locator) -> None:
    """Open the other way and go back."""
    move.get_by_role("link", name="Add Federated Identity").click()
    expect_window(page, "Add Federated Identity")
    expect_focus(page, "GitHub Actions")
    page.keyboard.press("Escape")
    expect_focus(page, "move-identity")


def add_key(page: Page, move: Locator, folder: Path) -> ECKey:
    """Make a key pair in the window of the first step; return the private key."""
    move.get_by_role("link", name="Add Public Key").click()
    window = expect_window(page, "Add Public Key")
    private = downloaded(page, folder)
    window.get_by_label("Description").fill("Gateway 7")
    press(page, "Add")
    expect_closed(page)
    return private


def add_identity(page: Page, move: Locator) -> None:
    """Trust a platform that the portal cannot reach, by its keys."""
    move.get_by_text("Move away from secrets").click()
    move.get_by_role("link", name="Add Federated Identity").click()
    expect_window(page, "Add Federated Identity")
    page.get_by_role("link", name="Another issuer of tokens").click()
    window = window_of(page)
    window.get_by_label("Issuer", exact=True).fill(PLATFORM)
    window.get_by_label("Subject").fill("job:deploy")
    window.get_by_label("Description").fill("Deployment")
    window.get_by_text("only for an issuer that this portal cannot reach").click()
    jwks = json.dumps({"keys": [KEY.as_dict(private=False)]})
    window.get_by_label("Keys of the issuer").fill(jwks)
    press(page, "Add")


def test_move_by_a_key_of_the_browser_ends_the_secrets(
    visitor: Visitor, machine: Machine, tmp_path: Path
) -> None:
    visitor.expect(422)
    page = visitor.page(machine.path)
    move = page.locator("#move")
    move.get_by_text("Move away from secrets").click()
    look_at_platforms(page, move)
    private = add_key(page, move, tmp_path)
    expect(move).to_contain_text("Done: Gateway 7.")
    expect_focus(page, "details-name")
    expect_not_yet(page, machine)
    move.get_by_role("link", name="Connect by Gateway 7").click()
    expect_window(page, "Connect")
    page.keyboard.press("Escape")
    expect_focus(page, "move-connect-1")

    assert (machine.by_secret(), machine.by_key(private)) == (200, 200)
    wait_until(lambda: machine.has_written("secret", "key"))
    page.evaluate(SHOW_WHAT_IS_NEW)

    expect_both_in_use(move, "Gateway 7", machine.plain)
    end_secrets(page, machine, "In 1 hour")
    expect_focus(page, "end-secrets")
    expect(move).to_contain_text("The last secret expires")
    assert machine.by_secret() == 200
    end_secrets(page, machine, "Immediately")
    expect(move).to_have_count(0)
    expect(page.locator("#details")).to_contain_text("Expired just now")
    assert (machine.by_secret(), machine.by_key(private)) == (401, 200)


@pytest.mark.sweep
@WITHOUT_JAVASCRIPT
def test_move_to_an_identity_without_javascript_ends_the_secrets(
    visitor: Visitor, machine: Machine
) -> None:
    visitor.expect(422)
    page = visitor.page(machine.path)
    move = page.locator("#move")
    add_identity(page, move)
    expect(move).to_contain_text("Done: Deployment.")
    expect_not_yet(page, machine)

    assert (machine.by_secret(), machine.by_platform()) == (200, 200)
    wait_until(lambda: machine.has_written("secret", "identity"))
    expect(move.locator("noscript")).to_be_visible()  # Reload the page
    page.reload()

    expect_both_in_use(move, "Deployment", machine.plain)
    end_secrets(page, machine, "Immediately")
    expect(move).to_have_count(0)
    assert (machine.by_secret(), machine.by_platform()) == (401, 200)
