"""Deactivating a person ends what lets them in, and activating them brings none of it back."""

import pytest
from django.test import Client as Browser

from clients_app import conf
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import Person, Tenant
from clients_app.services.notices.calendar_links import create_feed
from clients_app.services.people.accounts import set_active
from tests.actors import command_line_in
from tests.factories import code_of, give_app
from tests.moments import NOW
from tests.portal_process import PASSWORD

CHOSEN = "a quiet heron at dawn"


@pytest.fixture
def deactivated_for_a_while(tenant: Tenant, colleague: Person):
    """A function that deactivates Jonas, then activates Jonas again."""

    def run() -> None:
        for active in (False, True):
            set_active(colleague, active=active, actor=command_line_in(tenant), now=NOW)

    return run


def sign_in(browser: Browser) -> None:
    browser.post("/sign-in", {"login": "jonas", "password": PASSWORD})


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_session_of_a_deactivated_person_stays_ended(
    client: Browser, colleague: Person, deactivated_for_a_while
) -> None:
    sign_in(client)
    assert is_signed_in(client)
    deactivated_for_a_while()

    assert not is_signed_in(client)
    sign_in(client)
    assert is_signed_in(client)


@pytest.mark.parametrize("is_opened", [False, True])
def test_one_time_link_of_a_deactivated_person_stays_ended(
    client: Browser,
    tenant: Tenant,
    colleague: Person,
    now,
    deactivated_for_a_while,
    is_opened: bool,
) -> None:
    link = make_one_time_link(colleague, actor=command_line_in(tenant), now=now)
    link = link.removeprefix(conf.public_url())
    opened = client.get(link)["Location"] if is_opened else link
    deactivated_for_a_while()

    assert client.get(opened).status_code == 404
    assert client.post(opened, {"password1": CHOSEN, "password2": CHOSEN}).status_code == 404


def test_sign_in_that_waits_for_a_code_stays_ended(
    client: Browser, colleague: Person, deactivated_for_a_while
) -> None:
    secret = give_app(colleague)
    sign_in(client)
    assert client.get("/sign-in/code").status_code == 200
    deactivated_for_a_while()

    assert client.post("/sign-in/code", {"code": code_of(secret)})["Location"].startswith(
        "/sign-in"
    )
    assert not is_signed_in(client)
    sign_in(client)
    client.post("/sign-in/code", {"code": code_of(secret)})
    assert is_signed_in(client)


def test_sign_in_that_waits_for_a_code_ends_with_the_password(
    client: Browser, colleague: Person
) -> None:
    secret = give_app(colleague)
    sign_in(client)
    colleague.set_password(CHOSEN)
    colleague.save(update_fields=["password"])

    client.post("/sign-in/code", {"code": code_of(secret)})
    assert not is_signed_in(client)


def test_calendar_link_of_a_deactivated_person_stays_ended(
    client: Browser, tenant: Tenant, colleague: Person, deactivated_for_a_while
) -> None:
    key = create_feed(colleague, actor=command_line_in(tenant), now=NOW)
    assert client.get(f"/calendar/{key}.ics").status_code == 200
    deactivated_for_a_while()

    assert client.get(f"/calendar/{key}.ics").status_code == 404
