"""Choose a password with a one-time link."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from clients_app import conf
from clients_app.identity import passwords
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import AuditEvent, Person
from clients_app.services.people.accounts import hash_password, set_active
from tests.actors import command_line_in
from tests.factories import give_app, make_person
from tests.hashing import hashing_outside_transactions
from tests.responses import text_of

CHOSEN = "a quiet heron at dawn"
OTHER = "nine slow otters by night"


@pytest.fixture
def person(tenant):
    return make_person("ruth", tenant)


@pytest.fixture
def link(person, tenant, now):
    address = make_one_time_link(person, actor=command_line_in(tenant), now=now)
    return address.removeprefix(conf.public_url())


def choose_password(browser: Browser, link: str, first: str = CHOSEN, second: str = CHOSEN):
    page = browser.get(link)
    return browser.post(page["Location"], {"password1": first, "password2": second})


def test_one_time_link_key_is_dropped_from_the_address(client, link):
    page = client.get(link)

    assert page.status_code == 302
    assert link.rpartition("-")[2] not in page["Location"]
    assert page["Referrer-Policy"] == "same-origin"
    assert "and hard to guess" in text_of(client.get(page["Location"]))
    assert "For ruth." in text_of(client.get(page["Location"]))


def test_first_password_signs_in(client, link, person):
    reply = choose_password(client, link)

    assert reply["Location"] == "/"
    page = client.get("/security/clients")
    assert page.status_code == 200
    assert "Password saved. You are signed in." in text_of(page)
    assert AuditEvent.objects.filter(action="person.signed.in").count() == 1


def test_first_password_of_a_person_with_an_app_asks_for_the_code(client, link, person):
    give_app(person)
    reply = choose_password(client, link)

    assert reply["Location"] == "/sign-in"
    assert client.get("/security/clients").status_code == 303


def test_choose_password_is_recorded(client, person, tenant, now):
    person.last_login = now
    person.save()
    address = make_one_time_link(person, actor=command_line_in(tenant), now=now)
    link = address.removeprefix(conf.public_url())
    reply = choose_password(client, link)

    assert reply["Location"] == "/sign-in"
    assert "Password saved." in text_of(client.get("/sign-in"))
    signed_in = client.post("/sign-in", {"login": "ruth", "password": CHOSEN})
    assert signed_in.status_code == 303
    event = AuditEvent.objects.get(action="person.password.chosen")
    assert (event.actor_name, event.address) == ("ruth", "127.0.0.1")


def test_one_time_link_used_twice_is_refused(client, link):
    choose_password(client, link)
    reply = Browser().get(link)

    assert reply.status_code == 404
    assert "This link no longer works" in text_of(reply)


def test_one_time_link_expires_after_an_hour(client, link, now):
    with time_machine.travel(now + timedelta(minutes=61), tick=True):
        assert client.get(link).status_code == 404
    with time_machine.travel(now + timedelta(minutes=59), tick=True):
        assert client.get(link).status_code == 302


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("short", "short", "at least 12 characters"),
        ("startfinding", "startfinding", "too common"),
        ("passwordpassword", "passwordpassword", "easy to guess"),
        (CHOSEN, "another quiet heron", "same password"),
        ("", "", "required"),
    ],
)
def test_choose_password_weak_or_mistyped_is_refused(client, link, person, first, second, said):
    reply = choose_password(client, link, first, second)

    assert reply.status_code == 422
    assert said in text_of(reply)
    person.refresh_from_db()
    assert not person.has_usable_password()


@pytest.mark.parametrize("forged", ["x", "ffff-ffff", "ffffffffffffffffffffffffffffffff-abc-def"])
def test_one_time_link_forged_is_refused(client, db, forged):
    assert client.get(f"/choose-password/{forged}").status_code == 404


def test_choose_password_hashes_before_it_locks(client, link):
    """A transaction that holds the form's key never waits for Argon2id."""
    with hashing_outside_transactions() as runs:
        choose_password(client, link)

    assert runs


def test_one_time_link_of_another_person_signs_nobody_out_before_they_say_so(
    administrator_browser, link, person
):
    page = administrator_browser.get(administrator_browser.get(link)["Location"])
    path = page.request["PATH_INFO"]

    assert page.status_code == 200
    assert "This link is for ruth: sign out to use it." in text_of(page)
    assert 'name="password1"' not in text_of(page)
    typed = {"password1": CHOSEN, "password2": CHOSEN}
    assert administrator_browser.post(path, typed).status_code == 409
    assert administrator_browser.get("/account").status_code == 200
    person.refresh_from_db()
    assert not person.has_usable_password()

    opened = administrator_browser.post(path, {"sign_out": "1"}, follow=True)

    assert "At least 12 characters" in text_of(opened)
    assert administrator_browser.get("/account").status_code == 303
    assert AuditEvent.objects.filter(action="person.signed.out").count() == 1
    assert administrator_browser.post(path, typed)["Location"] == "/"


@pytest.mark.both_databases
@pytest.mark.parametrize("meanwhile", ["used", "deactivated", "withdrawn"])
def test_one_time_link_that_ends_while_its_form_is_sent_changes_nothing(
    client, link, person, tenant, now, monkeypatch, meanwhile
):
    page, actor = client.get(link)["Location"], command_line_in(tenant)

    def hash_slowly(one, password):
        monkeypatch.undo()
        hash_password(one, password)
        if meanwhile == "used":
            assert choose_password(Browser(), link, OTHER, OTHER)["Location"] == "/"
        elif meanwhile == "deactivated":
            set_active(person, active=False, actor=actor, now=now)
        else:
            Person.objects.filter(pk=person.pk).delete()

    monkeypatch.setattr(passwords, "hash_password", hash_slowly)
    reply = client.post(page, {"password1": CHOSEN, "password2": CHOSEN})

    assert reply.status_code == 404
    assert "This link no longer works" in text_of(reply)
    kept = Person.objects.filter(pk=person.pk).first()
    assert not (kept and kept.check_password(CHOSEN))
    assert client.get("/account").status_code == 303


def test_one_time_link_signs_in_where_single_sign_on_is_the_only_way(
    client, link, person, settings
):
    settings.SIGN_ON_ONLY = True
    Person.objects.filter(pk=person.pk).update(last_login=timezone.now())
    link = make_one_time_link(
        Person.objects.get(pk=person.pk), actor=command_line_in(person.tenant), now=timezone.now()
    ).removeprefix(conf.public_url())

    assert choose_password(client, link)["Location"] == "/"
    assert client.get("/account").status_code == 200


def test_own_link_of_somebody_signed_in_asks_for_the_new_password(
    administrator_browser, administrator
):
    by = {"actor": command_line_in(administrator.tenant), "now": timezone.now()}
    Person.objects.filter(pk=administrator.pk).update(last_login=timezone.now())
    link = make_one_time_link(Person.objects.get(pk=administrator.pk), **by)

    reply = choose_password(administrator_browser, link.removeprefix(conf.public_url()))

    page = administrator_browser.get(reply["Location"], follow=True)
    assert "Password saved. Sign in with it." in text_of(page)
