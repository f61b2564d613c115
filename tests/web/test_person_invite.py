"""Invite, Renew invitation and Withdraw invitation; the link is shown once, or mailed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.test import override_settings

from clients_app.identity.one_time_links import mail_invitations
from clients_app.models import AuditEvent, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.factories import make_person, role_id
from tests.responses import HTMX, copyable_value, is_page, text_of, value_of
from tests.sinks import mail_sink

INVITE = "/security/users/invite"
GOOD = "Seven-grey-herons-7"
MAIL = {"EMAIL_HOST": "127.0.0.1"}


@pytest.fixture
def form() -> dict[str, Any]:
    return {
        "form_key": "a-key-of-this-very-form",
        "email": "lena@herons.example",
        "username": "lena",
        "name": "Lena Horvat",
    }


@pytest.fixture
def invited(tenant: Tenant, now: Any) -> Person:
    person = make_person("lena", tenant, email="lena@herons.example")
    Person.objects.filter(pk=person.pk).update(invitation_ends_at=now + timedelta(days=1))
    return person


def address(person: Person, rest: str = "") -> str:
    return f"/security/users/{person.pk}/invitation{rest}"


def test_invite_is_a_page_and_a_window(administrator_browser: Browser, tenant: Tenant) -> None:
    assert is_page(administrator_browser.get(INVITE))
    window = administrator_browser.get(INVITE, headers=HTMX)
    assert not is_page(window)
    assert "The link is shown to you once" in text_of(window)


@pytest.mark.both_databases
def test_invited_person_accepts_with_the_link_once(
    administrator_browser: Browser, client: Browser, form: dict[str, Any]
) -> None:
    reply = administrator_browser.post(INVITE, form)

    assert reply.status_code == 200
    assert "no-store" in reply["Cache-Control"]
    link = copyable_value("id_link", reply)
    lena = Person.objects.get(username="lena")
    assert link not in str(list(AuditEvent.objects.values()))
    page = client.get(link, follow=True)
    assert "For lena." in text_of(page)
    path = page.request["PATH_INFO"]
    done = client.post(path, {"password1": GOOD, "password2": GOOD}, follow=True)
    assert "You are signed in." in text_of(done)
    lena.refresh_from_db()
    assert not lena.is_invited
    assert "This link no longer works" in text_of(Browser().get(link, follow=True))


def test_invite_sent_twice_invites_once_and_shows_no_second_link(
    administrator_browser: Browser, form: dict[str, Any]
) -> None:
    administrator_browser.post(INVITE, form, headers=HTMX)
    again = administrator_browser.post(INVITE, form, headers=HTMX)

    assert Person.objects.filter(username="lena").count() == 1
    assert AuditEvent.objects.filter(action="person.invited").count() == 1
    assert "choose-password" not in text_of(again)
    assert "The person is invited." in again["HX-Trigger"]


def test_invite_by_mail_shows_no_link(
    administrator_browser: Browser, form: dict[str, Any], settings: Any
) -> None:
    settings.MAIL = MAIL
    assert "Send the link by mail" in text_of(administrator_browser.get(INVITE))

    reply = administrator_browser.post(INVITE, {**form, "by_mail": "on"}, headers=HTMX)

    assert reply.status_code == 204
    assert "is invited by mail." in json.loads(reply["HX-Trigger"])["toast"]["text"]
    assert Person.objects.get(username="lena").must_mail_invitation


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "", "username": ""}, "Enter an email, or a username."),
        ({"email": "lena"}, "Enter an email address such as mara@example.com."),
        ({"username": "MARA"}, "The username MARA is taken. Enter another."),
        ({"username": "x" * 151}, "151"),
        ({"roles": ["4711"]}, "Select roles from the list."),
    ],
)
def test_invite_with_bad_input_comes_back_with_what_was_typed(
    administrator_browser: Browser, form: dict[str, Any], typed: dict[str, Any], said: str
) -> None:
    people = Person.objects.count()

    reply = administrator_browser.post(INVITE, {**form, **typed}, headers=HTMX)

    assert reply.status_code == 422
    assert said in text_of(reply)
    assert value_of("name", reply) == "Lena Horvat"
    assert Person.objects.count() == people


def test_invite_a_tenant_administrator_needs_a_second_tick(
    administrator_browser: Browser, form: dict[str, Any], tenant: Tenant
) -> None:
    form["roles"] = [str(role_id(tenant, TENANT_ADMINISTRATOR))]
    refused = administrator_browser.post(INVITE, form, headers=HTMX)
    assert refused.status_code == 422
    assert "Confirm that you want to make Lena Horvat a Tenant Administrator." in text_of(refused)

    reply = administrator_browser.post(INVITE, {**form, "confirm_admin": "on"}, headers=HTMX)

    assert reply.status_code == 200
    held = Person.objects.get(username="lena").roles
    assert held.filter(role_type_id=TENANT_ADMINISTRATOR).exists()


def test_invite_does_not_give_a_role_of_another_tenant(
    administrator_browser: Browser, form: dict[str, Any], stranger: Person
) -> None:
    form["roles"] = [str(role_id(stranger.tenant, TENANT_ADMINISTRATOR))]

    assert administrator_browser.post(INVITE, form, headers=HTMX).status_code == 422
    assert not Person.objects.filter(username="lena").exists()


def test_invite_by_others_is_refused(
    colleague_browser: Browser, client: Browser, form: dict[str, Any]
) -> None:
    assert colleague_browser.post(INVITE, form).status_code == 403
    assert client.post(INVITE, form).status_code in (303, 403)
    assert not Person.objects.filter(username="lena").exists()


def test_renewed_invitation_shows_a_new_link(
    administrator_browser: Browser, invited: Person, now: Any
) -> None:
    assert is_page(administrator_browser.get(address(invited)))

    reply = administrator_browser.post(address(invited), headers=HTMX)

    link = copyable_value("id_link", reply)
    assert "For lena." in text_of(Browser().get(link, follow=True))
    invited.refresh_from_db()
    assert invited.invitation_ends_at is not None
    assert invited.invitation_ends_at > now + timedelta(days=6)


def test_withdrawn_invitation_removes_the_person(
    administrator_browser: Browser, invited: Person
) -> None:
    withdraw = address(invited, "/withdraw")
    assert "is removed from the list" in text_of(administrator_browser.get(withdraw))

    reply = administrator_browser.post(withdraw)

    assert reply["Location"] == "/security/users"
    assert not Person.objects.filter(pk=invited.pk).exists()
    assert administrator_browser.post(withdraw).status_code == 404


@pytest.mark.parametrize("rest", ["", "/withdraw"])
def test_accepted_invitation_can_be_neither_renewed_nor_withdrawn(
    administrator_browser: Browser, colleague: Person, rest: str
) -> None:
    for method in ("get", "post"):
        reply = getattr(administrator_browser, method)(address(colleague, rest))
        assert reply.status_code == 404
    assert Person.objects.filter(pk=colleague.pk).exists()


@pytest.mark.parametrize("rest", ["", "/withdraw"])
def test_invitation_is_not_for_others_to_change(
    colleague_browser: Browser, stranger_browser: Browser, invited: Person, rest: str
) -> None:
    assert colleague_browser.post(address(invited, rest)).status_code == 403
    assert stranger_browser.post(address(invited, rest)).status_code == 404
    assert Person.objects.filter(pk=invited.pk).exists()


@pytest.mark.parametrize("by_mail", [True, False])
def test_invitation_is_no_way_around_single_sign_on(
    administrator_browser: Browser, form: dict[str, Any], now: Any, by_mail: bool
) -> None:
    with mail_sink() as sink, override_settings(**sink.settings, SIGN_ON_ONLY=True):
        window = administrator_browser.get(INVITE)
        sent = {**form, "by_mail": "on"} if by_mail else form
        reply = administrator_browser.post(INVITE, sent, follow=True)
        mail_invitations(now=now)

    assert "They accept by single sign-on." in text_of(window)
    assert Person.objects.get(username="lena").is_invited
    assert "choose-password" not in text_of(reply)
    texts = [str(message) for message in sink.received]
    assert len(texts) == by_mail
    assert not any("choose-password" in text for text in texts)


def test_edited_email_of_somebody_invited_says_that_their_link_ended(
    administrator_browser: Browser, invited: Person
) -> None:
    edit = f"/security/users/{invited.pk}/edit"
    version = value_of("version", administrator_browser.get(edit))
    sent = {"name": "Lena", "email": invited.email, "version": version}

    named = administrator_browser.post(edit, sent, follow=True)
    version = value_of("version", administrator_browser.get(edit))
    sent = {"name": "Lena", "email": "l@herons.example", "version": version}
    moved = administrator_browser.post(edit, sent, follow=True)

    assert "renew the invitation" not in text_of(named)
    assert "The link sent before ended: renew the invitation." in text_of(moved)
