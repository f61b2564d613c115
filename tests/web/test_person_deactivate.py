"""Deactivate, with what a person owns, and Activate."""

import pytest
from django.test import Client as Browser

from clients_app.models import Person
from tests.conftest import Machine, browser_of
from tests.factories import make_person
from tests.responses import HTMX, is_page, text_of


def address(person: Person, operation: str = "deactivate") -> str:
    return f"/security/users/{person.pk}/{operation}"


@pytest.fixture
def owner(machine: Machine, colleague: Person) -> Person:
    machine.client.owners.add(colleague)
    return colleague


def test_person_deactivate_says_what_they_own(
    administrator_browser: Browser, owner: Person
) -> None:
    assert is_page(administrator_browser.get(address(owner)))

    text = text_of(administrator_browser.get(address(owner), headers=HTMX))

    for said in ("They own 1 client", "1 has no other owner", "Wind park reader", "mara"):
        assert said in text


@pytest.mark.both_databases
@pytest.mark.parametrize("to", ["MARA", "mara@herons.example", ""])
def test_person_deactivate_ends_their_sessions_and_hands_over(
    administrator_browser: Browser,
    administrator: Person,
    owner: Person,
    machine: Machine,
    to: str,
) -> None:
    administrator.email = "mara@herons.example"
    administrator.save()
    theirs = browser_of(owner)

    reply = administrator_browser.post(address(owner), {"hand_over_to": to}, headers=HTMX)

    assert reply.status_code == 204
    owner.refresh_from_db()
    assert not owner.is_active
    assert theirs.get("/account").status_code == 303
    assert list(machine.client.owners.all()) == [administrator if to else owner]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("nobody", "There is no person with this username or email."),
        ("zofia", "There is no person with this username or email."),
        ("jonas", "Choose somebody else in this tenant who can sign in."),
        ("gone", "Choose somebody else in this tenant who can sign in."),
    ],
)
def test_person_deactivate_hands_over_to_nobody_else(
    administrator_browser: Browser,
    owner: Person,
    stranger: Person,
    machine: Machine,
    to: str,
    said: str,
) -> None:
    gone = make_person("gone", owner.tenant)
    Person.objects.filter(pk=gone.pk).update(is_active=False)

    reply = administrator_browser.post(address(owner), {"hand_over_to": to}, headers=HTMX)

    assert reply.status_code == 422
    assert said in text_of(reply)
    owner.refresh_from_db()
    assert owner.is_active
    assert list(machine.client.owners.all()) == [owner]


def test_person_deactivate_keeps_the_last_tenant_administrator(
    administrator_browser: Browser, administrator: Person
) -> None:
    assert "This is you" in text_of(administrator_browser.get(address(administrator)))

    reply = administrator_browser.post(address(administrator), headers=HTMX)

    assert reply.status_code == 422
    assert "is the last Tenant Administrator" in text_of(reply)
    administrator.refresh_from_db()
    assert administrator.is_active


def test_person_activate_lets_them_sign_in_again(
    administrator_browser: Browser, colleague: Person
) -> None:
    Person.objects.filter(pk=colleague.pk).update(is_active=False)
    assert is_page(administrator_browser.get(address(colleague, "activate")))

    reply = administrator_browser.post(address(colleague, "activate"), headers=HTMX)

    assert reply.status_code == 204
    colleague.refresh_from_db()
    assert colleague.is_active


@pytest.mark.parametrize("operation", ["deactivate", "activate"])
def test_person_deactivate_by_others_is_refused(
    colleague_browser: Browser,
    stranger_browser: Browser,
    administrator: Person,
    operation: str,
) -> None:
    where = address(administrator, operation)

    assert colleague_browser.post(where).status_code == 403
    assert stranger_browser.post(where).status_code == 404
