"""Links that let nobody in: status 404, an event that a flood does not multiply, no change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from clients_app import conf
from clients_app.identity.one_time_links import invitation_link, make_one_time_link
from clients_app.models import AuditEvent, Person, Session, Tenant
from clients_app.services.activity import refused_attempts
from clients_app.services.people.accounts import set_active
from clients_app.services.people.invitations import (
    invite_person,
    renew_invitation,
    withdraw_invitation,
)
from tests.actors import command_line_in

pytestmark = pytest.mark.both_databases

CHOSEN = {"password1": "eleven quiet herons", "password2": "eleven quiet herons"}


@pytest.fixture(autouse=True)
def _nothing_noted(db: None) -> None:
    refused_attempts.forget()


@pytest.fixture
def by(tenant: Tenant, now: Any) -> dict[str, Any]:
    return {"actor": command_line_in(tenant), "now": now}


@pytest.fixture
def invited(by: dict[str, Any]) -> Person:
    given = {"role_ids": frozenset(), "confirms_administrator": False, "by_mail": False}
    return invite_person("ines", **given, **by)


def path_of(link: str) -> str:
    return link.removeprefix(conf.public_url())


def choose(link: str) -> Any:
    browser = Browser()
    page = browser.get(link)
    return browser.post(page["Location"], CHOSEN) if page.status_code == 302 else page


def refusals() -> list[AuditEvent]:
    refused_attempts.flush()
    return list(AuditEvent.objects.filter(action="link.refused", outcome="refused"))


def use(person: Person, link: str, by: dict[str, Any]) -> None:
    assert choose(link).status_code == 302


def renew(person: Person, link: str, by: dict[str, Any]) -> None:
    later = by | {"now": by["now"] + timedelta(seconds=1)}
    renew_invitation(person, by_mail=False, **later)


def deactivate(person: Person, link: str, by: dict[str, Any]) -> None:
    set_active(person, active=False, **by)


@pytest.mark.parametrize("what", [use, renew, deactivate])
def test_invitation_that_is_over_is_refused(
    invited: Person, by: dict[str, Any], what: Callable[[Person, str, dict[str, Any]], None]
) -> None:
    link = path_of(invitation_link(invited, now=by["now"]))
    what(invited, link, by)
    before = Person.objects.values().get()

    replies = [choose(link) for _ in range(20)]

    assert {one.status_code for one in replies} == {404}
    assert Person.objects.values().get() == before
    (event,) = refusals()
    assert event.object_name == "ines"
    assert '"attempts":20' in event.canonical


def test_invitation_that_expired_is_refused(invited: Person, by: dict[str, Any], now: Any) -> None:
    link = path_of(invitation_link(invited, now=now))

    with time_machine.travel(now + timedelta(days=7, minutes=1)):
        assert choose(link).status_code == 404

    assert not Person.objects.get().has_usable_password()
    assert len(refusals()) == 1


def test_invitation_that_was_withdrawn_is_refused(invited: Person, by: dict[str, Any]) -> None:
    link = path_of(invitation_link(invited, now=by["now"]))
    withdraw_invitation(invited, **by)

    assert choose(link).status_code == 404

    assert not Person.objects.exists()


def test_link_opened_before_it_ended_saves_nothing(colleague: Person, by: dict[str, Any]) -> None:
    browser = Browser()
    page = browser.get(path_of(make_one_time_link(colleague, **by)))
    set_active(colleague, active=False, **by)
    before = Person.objects.values().get()

    assert browser.post(page["Location"], CHOSEN).status_code == 404

    assert Person.objects.values().get() == before
    assert len(refusals()) == 1


def test_link_that_is_made_up_leaves_no_session(colleague: Person, by: dict[str, Any]) -> None:
    link, _, key = path_of(make_one_time_link(colleague, **by)).partition("-password/")
    uid = key.partition("-")[0]

    for made_up in (f"{uid}-x-y", f"{uid}-set-password", "x-y", "0-0-0"):
        assert Browser().get(f"{link}-password/{made_up}").status_code == 404

    assert not Session.objects.exists()
    (event,) = refusals()
    assert '"attempts":2' in event.canonical
