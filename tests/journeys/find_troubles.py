"""Finds what is wrong with the clients of a tenant as a new user would: by the links of `/`."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Final, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from clients_app.rules.secret_format import new_secret
from tests.journeys.page_actions import reload_until_visible
from tests.journeys.visitor import sign_in
from tests.portal_process import PASSWORD, PortalProcess

NEW_ADDRESS: Final = "127.0.0.9"
#: The clients that `troubles.plant` gives a trouble, in the order in which they are found.
PLANTED: Final = (
    *("Ferry pier logger", "Reservoir 3 exporter", "Old town meter", "Harbour gate relay"),
    "Night shift sampler",
)


class Found(NamedTuple):
    """A client with a trouble, and how many clicks led from `/` to its cause."""

    client: str
    clicks: int


def plant(portal: PortalProcess) -> str:
    """Add the tenant, and let two of its clients be refused, one of them from a new address.

    Returns the username of its administrator.
    """
    code = f"from tests.journeys import troubles; troubles.plant({PASSWORD!r})"
    done = portal.run("shell", "-c", code)
    assert done.returncode == 0, done.stderr
    username, (expired_id, expired), (moved_id, _) = json.loads(done.stdout.splitlines()[-1])
    _be_refused(portal, expired_id, expired)
    _be_refused(portal, moved_id, new_secret(), address=NEW_ADDRESS)
    return str(username)


def enter(page: Page, username: str) -> None:
    """Sign in, and wait until the strip counts the refused requests, some seconds after them."""
    sign_in(page, username)
    page.wait_for_url("**/security/clients*")
    reload_until_visible(page, page.get_by_role("link", name="2 refused today"))


def find_all(page: Page) -> Iterator[Found]:
    """Yield the troubles one after the other, each found from the portal's first page."""
    causes = (f"unknown secret from {NEW_ADDRESS}", "secret expired")
    for number, cause in enumerate(causes):
        walk = Walk(page)
        walk.click(walk.attention("refused today"))
        walk.click(walk.row(number))
        expect(page.locator("#health")).to_contain_text(cause)
        yield walk.found()
    walk = Walk(page)
    walk.click(walk.attention("expire this week"))
    walk.click(page.locator("#sort-expires"))
    expect(page.locator("tbody tr").first).to_contain_text("Expires in 22 hours")
    walk.click(walk.row(0))
    owners = page.locator("#details .facts > div").filter(has_text="Owners")
    expect(owners).to_contain_text("None")
    yield walk.found()
    walk = Walk(page)
    walk.click(walk.attention("with no secrets"))
    walk.click(walk.row(0))
    expect(page.locator("#health")).to_contain_text("It has no live secret")
    yield walk.found()
    walk = Walk(page)
    walk.click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Activity"))
    alert = page.get_by_role("row").filter(has_text="stopped requesting tokens").first
    walk.click(alert.get_by_role("link"))
    yield walk.found()


class Walk:
    """A walk of a person with a mouse, from the portal's first page on."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0
        page.goto("/")

    def click(self, link: Locator) -> None:
        link.click()
        self.clicks += 1

    def attention(self, words: str) -> Locator:
        return self.page.get_by_role("navigation", name="Needs attention").get_by_role(
            "link", name=words
        )

    def row(self, number: int) -> Locator:
        """Return the link of a client in the list, once the list is that of the strip."""
        expect(self.page.locator(".chip").first).to_be_visible()
        return self.page.locator(".row-link").nth(number)

    def found(self) -> Found:
        """Return the client whose Details are open."""
        return Found(self.page.locator("#details-name").inner_text(), self.clicks)


def _be_refused(
    portal: PortalProcess, client_id: str, secret: str, *, address: str = "127.0.0.1"
) -> None:
    wire = http.client.HTTPConnection(
        "127.0.0.1", portal.port, timeout=60, source_address=(address, 0)
    )
    fields = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(wire):
        wire.request("POST", "/identity/connect/token", urlencode(fields), form)
        assert wire.getresponse().status == 401
