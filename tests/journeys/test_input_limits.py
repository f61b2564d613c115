"""Forged forms, and the longest values that are accepted."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from playwright.sync_api import expect

from clients_app import limits
from clients_app.rules.client_fields import CONTACT
from tests.journeys.page_actions import expect_window, open_add_client, send_wrong, to_second_step
from tests.journeys.test_invalid_input import IN_TEN_YEARS
from tests.journeys.visitor import Visitor, press
from tests.portal_process import PortalProcess
from tests.sampling import sampled


@pytest.fixture
def visitor(visitor: Visitor) -> Visitor:
    visitor.expect(422)
    return visitor


def test_forged_form_cannot_remove_tenant_member(visitor: Visitor) -> None:
    """Values that the window does not offer are put into its hidden inputs; all are checked."""
    member, other = roles_to_forge(visitor.portal)
    page = visitor.page("/security/clients")
    to_second_step(page, "Forged")
    for forged in (f"-{member}", member, other, str(uuid.uuid4()), "nonsense"):
        page.evaluate(FORGE, forged)
        send_wrong(page, "Add")
        expect_window(page, "Add Client")
        expect(page.locator("#id_roles_error")).to_contain_text("Select roles from the list.")
        press(page, "Continue")  # the form comes back with listed roles only
        expect_window(page, "Add Secret")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    carried = visitor.portal.query(
        "SELECT r.name FROM clients_app_role r JOIN clients_app_clientrole c ON c.role_id = r.id "
        "JOIN clients_app_client x ON x.id = c.client_id WHERE x.name = 'Forged'"
    )
    assert carried == [("Tenant Member",)]


FORGE = """(value) => {
  const input = document.createElement("input");
  [input.type, input.name, input.value] = ["hidden", "roles", value];
  document.querySelector("#window form").append(input);
}"""


def roles_to_forge(portal: PortalProcess) -> tuple[str, str]:
    """Return the ids of Tenant Member here and of a role of another tenant."""
    if not portal.query("SELECT 1 FROM clients_app_tenant WHERE name = 'Forgers'"):
        assert portal.run("tenants", "add", "Forgers").returncode == 0
        made = portal.run("roles", "add", "Theirs", "--tenant", "Forgers")
        assert made.returncode == 0
    own = portal.query(
        "SELECT r.id FROM clients_app_role r JOIN clients_app_tenant t ON t.id = r.tenant_id "
        "WHERE r.name = 'Tenant Member' AND t.name = 'Herons Ltd'"
    )
    theirs = portal.query("SELECT id FROM clients_app_role WHERE name = 'Theirs'")
    return tuple(str(uuid.UUID(str(found[0][0]))) for found in (own, theirs))


def test_add_client_longest_values_are_accepted(visitor: Visitor) -> None:
    page = visitor.page("/security/clients")
    window = open_add_client(page)
    name = "\N{LATIN SMALL LETTER U WITH DIAERESIS}" * limits.NAME_MAX
    window.get_by_label("Name").fill(f"  {name} ")
    window.get_by_label("Token Lifetime").fill("60")
    window.locator("summary").click()
    window.get_by_label("Description").fill("d" * limits.DESCRIPTION_MAX)
    window.get_by_label("Contact").fill("c" * CONTACT.maximum)
    tags = [f"{number:02}".ljust(limits.TAG_MAX, "t") for number in range(limits.TAGS_MAX)]
    window.get_by_label("Tags").fill(",".join(tags))
    press(page, "Continue")
    expect_window(page, "Add Secret")
    window.get_by_label("Description").fill("s" * limits.SECRET_DESCRIPTION_MAX)
    window.get_by_label("Expiration Date and time").fill(
        f"{IN_TEN_YEARS - timedelta(days=2):%Y-%m-%d %H:%M}"
    )

    press(page, "Add")

    expect_window(page, "Client Successfully Created")
    kept = visitor.portal.query(
        "SELECT name, length(description), length(contact), token_lifetime_s "
        "FROM clients_app_client WHERE token_lifetime_s = 60"
    )
    assert (name, 500, 200, 60) in kept


@pytest.mark.parametrize("status", sampled([413, 400, 411, 414, 431]))
def test_refusal_of_a_proxy_is_not_called_a_lost_line(visitor: Visitor, status: int) -> None:
    visitor.expect(status)
    page = visitor.page("/security/clients")
    window = open_add_client(page)
    window.get_by_label("Name").fill("Refused by a proxy")
    foreign = "<html><head><title>Refused</title></head><body><h1>nginx</h1></body></html>"
    page.route("**/clients/add", lambda route: route.fulfill(status=status, body=foreign))
    press(page, "Continue")

    expect(window.get_by_role("alert")).to_contain_text("The server refused this request.")
    expect(page.get_by_text("Could not reach the server")).to_have_count(0)
    expect(window.get_by_label("Name")).to_have_value("Refused by a proxy")


def test_add_client_with_all_urls_at_their_longest(visitor: Visitor) -> None:
    page = visitor.page("/security/clients/add/authorization-code")
    page.get_by_label("Name").fill("All of its URLs")
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for number in range(limits.URLS_MAX):
            url = f"https://a.example/{number}".ljust(limits.URL_MAX, "/")  # %2F in a form
            page.evaluate(ADD_HIDDEN, [name, url])
    press(page, "Add")

    expect_window(page, "Client Successfully Created")
    saved = visitor.portal.query(
        "SELECT count(*), min(length(u.url)) FROM clients_app_clienturl u "
        "JOIN clients_app_client c ON c.id = u.client_id WHERE c.name = 'All of its URLs'"
    )
    assert saved == [(20, limits.URL_MAX)]


ADD_HIDDEN = """([name, value]) => {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  document.querySelector(".window-page form").append(input);
}"""


def test_form_that_is_too_large_is_not_called_a_lost_line(visitor: Visitor) -> None:
    visitor.expect(413)
    page = visitor.page("/security/clients")
    window = open_add_client(page)
    page.evaluate("document.querySelector('#id_name').removeAttribute('maxlength')")
    window.get_by_label("Name").fill("x" * 270_000)
    press(page, "Continue")

    expect(page.get_by_text("This request could not be read")).to_be_visible()
    expect(page.get_by_text("Could not reach the server")).to_have_count(0)


def test_add_client_empty_token_lifetime_means_one_hour(visitor: Visitor) -> None:
    page = visitor.page("/security/clients")
    window = open_add_client(page)
    window.get_by_label("Name").fill("No lifetime typed")
    window.get_by_label("Token Lifetime").fill("")
    press(page, "Continue")
    expect_window(page, "Add Secret")

    press(page, "Add")

    expect_window(page, "Client Successfully Created")
    lifetime = "SELECT token_lifetime_s FROM clients_app_client WHERE name = 'No lifetime typed'"
    assert visitor.portal.query(lifetime) == [(3600,)]


def test_sign_in_rate_limit_is_shared_by_both_workers(live_portal: PortalProcess) -> None:
    """SES-3, without Redis: five guesses in total, on any worker."""
    guess = {"login": "somebody", "password": "not the password"}

    def answer(_: int) -> str:
        with requests.Session() as session:
            session.mount("http://", _ElsewhereAdapter())
            session.get(f"{live_portal.url}/sign-in", timeout=30)
            token = {"csrfmiddlewaretoken": session.cookies["csrftoken"]}
            reply = session.post(f"{live_portal.url}/sign-in", data=guess | token, timeout=30)
        assert reply.status_code in {422, 429}
        wrong = "Username or password is wrong" in reply.text
        assert wrong or "Too many attempts" in reply.text
        return "wrong" if wrong else "too many"

    with ThreadPoolExecutor(4) as at_once:
        assert Counter(at_once.map(answer, range(16))) == {"wrong": 5, "too many": 11}


class _ElsewhereAdapter(requests.adapters.HTTPAdapter):
    """Sends from its own address, so that no other test is rate limited."""

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs, source_address=("127.0.0.2", 0))
