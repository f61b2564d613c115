"""Details of a person: the pane beside the list, with its tabs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Person, Tenant
from clients_app.services.people.accounts import set_active
from tests.actors import command_line_in
from tests.conftest import Machine
from tests.factories import give_app, make_client, make_person
from tests.responses import HTMX, is_page, text_of

PANE = {**HTMX, "HX-Target": "details"}
TABS = ("", "/roles", "/clients", "/activity")


@pytest.fixture
def ann(tenant: Tenant) -> Person:
    return make_person("ann", tenant, name="Ann Ott", email="ann@a.example")


def at(person: Person, rest: str = "") -> str:
    return f"/security/users/{person.pk}{rest}"


@pytest.mark.parametrize("tab", TABS)
def test_person_details_is_a_pane_and_a_page_with_the_list(
    administrator_browser: Browser, ann: Person, tab: str
) -> None:
    page = administrator_browser.get(at(ann, tab), {"q": "ann"})
    pane = administrator_browser.get(at(ann, tab), {"q": "ann"}, headers=PANE)

    assert is_page(page)
    assert f'id="row-{ann.pk}"' in text_of(page)
    assert 'aria-current="true"' in text_of(page)
    assert not is_page(pane)
    assert 'id="details-name"' in text_of(pane)
    assert 'href="/security/users?q=ann"' in text_of(pane)


@pytest.mark.parametrize("tab", TABS)
def test_person_details_is_hidden_from_others(
    colleague_browser: Browser, stranger_browser: Browser, ann: Person, tab: str
) -> None:
    assert colleague_browser.get(at(ann, tab)).status_code == 403
    assert stranger_browser.get(at(ann, tab)).status_code == 404


def test_person_details_shows_how_they_sign_in(
    administrator_browser: Browser, ann: Person, now: Any
) -> None:
    give_app(ann)
    Person.objects.filter(pk=ann.pk).update(last_login=now - timedelta(days=100))

    text = text_of(administrator_browser.get(at(ann), headers=PANE))

    for said in ("ann@a.example", "Authenticator app", "Over 90 days", "Reset password"):
        assert said in text


def test_person_details_of_staff_offers_nothing_to_other_administrators(
    stranger: Person, stranger_browser: Browser
) -> None:
    staff = make_person("ola", stranger.tenant, is_staff=True)

    text = text_of(stranger_browser.get(at(staff), headers=PANE))

    assert "Only Staff and the command line manage Staff." in text
    assert "More Options" not in text
    for window in ("edit", "roles/edit", "deactivate", "activate", "factor", "password"):
        assert stranger_browser.get(at(staff, f"/{window}")).status_code == 403
        assert stranger_browser.post(at(staff, f"/{window}")).status_code == 403


def test_person_details_of_an_invited_person_says_what_became_of_the_mail(
    administrator_browser: Browser, ann: Person, now: Any
) -> None:
    invited = Person.objects.filter(pk=ann.pk)
    invited.update(invitation_ends_at=now + timedelta(days=1), must_mail_invitation=True)
    assert "sent within a minute" in text_of(administrator_browser.get(at(ann)))

    invited.update(must_mail_invitation=False, invitation_problem="550 no such user")

    text = text_of(administrator_browser.get(at(ann)))
    assert "The mail was not sent: 550 no such user." in text
    assert "Withdraw invitation" in text
    assert "Reset password" not in text


def test_person_clients_lists_what_nobody_else_owns(
    administrator_browser: Browser, ann: Person, machine: Machine, tenant: Tenant
) -> None:
    shared = make_client("Shared pump", tenant).client
    machine.client.owners.add(ann)
    shared.owners.add(ann, make_person("bob", tenant))

    text = text_of(administrator_browser.get(at(ann, "/clients"), headers=PANE))

    assert "Shared pump" in text
    assert text.count("Nobody else who can sign in owns it.") == 1


def test_person_activity_shows_what_was_done_to_them(
    administrator_browser: Browser, ann: Person, now: Any
) -> None:
    set_active(ann, active=False, actor=command_line_in(ann.tenant), now=now)

    text = text_of(administrator_browser.get(at(ann, "/activity"), headers=PANE))

    assert "Deactivated" in text
    assert "command line" in text
