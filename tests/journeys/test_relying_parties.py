"""A person signs in to third-party applications, two of different make per flow. AUT-1, AUT-7."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.visitor import Visitor, sign_in
from tests.portal_process import USERNAME, PortalProcess
from tests.sampling import sampled
from tests.third_party.relying_parties import PARTIES, Running, running_party

SINGLE_PAGE, WITH_SERVER, FORM_POST, _ = PARTIES


@pytest.fixture(params=sampled(PARTIES))
def party(
    request: pytest.FixtureRequest, live_portal: PortalProcess, tmp_path: Path
) -> Iterator[Running]:
    """An application of its own: it and the portal start with nobody signed in."""
    with running_party(request.param, live_portal, tmp_path) as running:
        yield running


def select(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def refresh_tokens(portal: PortalProcess, party: Running) -> tuple[int, int]:
    """Return how many refresh tokens the client got, and how many of them were used."""
    rows = portal.query(
        "SELECT a.client_id, token.used_at FROM clients_app_refreshtoken token"
        " JOIN clients_app_authorization a ON a.id = token.authorization_id"
    )
    used = [at for client_id, at in rows if client_id == party.client_id.replace("-", "")]
    return len(used), len([at for at in used if at])


def signed_in_to(party: Running, visitor: Visitor) -> Page:
    """Return the page of an application that a person has signed in to and allowed."""
    page = visitor.page(party.address)
    select(page, "Sign in")
    sign_in(page)
    select(page, "Allow")
    return page


def test_person_signs_in_to_a_third_party_application_calls_refreshes_and_signs_out(
    party: Running, live_portal: PortalProcess, new_visitor: NewVisitor
):
    """The whole life of a sign-in; it takes five seconds because four programs take part."""
    page = signed_in_to(party, new_visitor(live_portal))
    status = page.get_by_role("status")
    expect(status).to_have_text(f"Signed in as {USERNAME}")

    for button in ("Call an API", "Refresh the token", "Refresh the token"):
        select(page, button)
        expect(page.locator("#answer")).to_contain_text("preferred_username")
    assert refresh_tokens(live_portal, party) == (3, 2)

    select(page, "Sign out")
    expect(status).to_have_text("Signed out")
    assert page.url.startswith(party.address)
    select(page, "Sign in")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


@pytest.mark.sweep
def test_person_cancels_and_the_third_party_application_gets_access_denied(
    party: Running, live_portal: PortalProcess, new_visitor: NewVisitor
):
    """RFC 6749 section 4.1.2.1; the application shows the error that its library raises."""
    visitor = new_visitor(live_portal)
    visitor.expect(400, 500)
    page = visitor.page(party.address)

    select(page, "Sign in")
    sign_in(page)
    select(page, "Cancel")

    page.wait_for_url(f"{party.address}/**")
    expect(page.locator("body")).not_to_contain_text("Signed in as")
    expect(page.locator("body")).to_contain_text(re.compile("denied|did not agree"))


@pytest.mark.parametrize("party", [SINGLE_PAGE], indirect=True)
def test_person_who_loads_a_single_page_application_again_signs_in_without_a_question(
    party: Running, live_portal: PortalProcess, new_visitor: NewVisitor
):
    """Its tokens are gone, but the portal knows the person, and that they agreed."""
    page = signed_in_to(party, new_visitor(live_portal))
    expect(page.get_by_role("status")).to_have_text(f"Signed in as {USERNAME}")

    page.reload()
    expect(page.get_by_role("status")).to_have_text("Signed out")
    select(page, "Sign in")

    expect(page.get_by_role("status")).to_have_text(f"Signed in as {USERNAME}")


@pytest.mark.parametrize(
    ("party", "buttons"),
    sampled([(FORM_POST, ["Allow", "Continue"]), (WITH_SERVER, ["Allow"])]),
    indirect=["party"],
)
def test_person_without_javascript_signs_in_to_a_third_party_application(
    party: Running, buttons: list[str], live_portal: PortalProcess, new_visitor: NewVisitor
):
    """form_post then needs a click: its page has a button for that."""
    page = new_visitor(live_portal, javascript=False).page(party.address)
    select(page, "Sign in")
    sign_in(page)
    for button in buttons:
        select(page, button)

    expect(page.get_by_role("status")).to_have_text(f"Signed in as {USERNAME}")


@pytest.mark.parametrize("party", sampled([SINGLE_PAGE, WITH_SERVER]), indirect=True)
def test_person_who_signs_out_of_an_example_ends_its_refresh_tokens(
    party: Running, live_portal: PortalProcess, new_visitor: NewVisitor
):
    """RFC 7009: the examples revoke, because `offline_access` outlives a session of the portal."""
    page = signed_in_to(party, new_visitor(live_portal))

    select(page, "Sign out")
    expect(page.get_by_role("status")).to_have_text("Signed out")

    rows = live_portal.query("SELECT client_id, ended_why FROM clients_app_authorization")
    assert dict(rows)[party.client_id.replace("-", "")] == "revoked"
