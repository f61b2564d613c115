"""`manage.py people`: what it prints, saves and refuses."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from clients_app.models import AuditEvent, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.conftest import browser_of
from tests.factories import give_app, make_person, make_tenant
from tests.management.conftest import Run

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

VALID = "One-time link, valid for an hour, to choose a password:"


def test_people_add_prints_a_link_that_is_not_stored(run: Run, tenant: Tenant) -> None:
    ended = run(
        *("people", "add", "mara", "--name", "Mara Ott", "--email", "mara@example.com"),
        *("--role", "tenant administrator", "--staff"),
    )

    assert (ended.status, ended.error) == (0, "")
    person = Person.objects.get()
    assert (person.username, person.name, person.email) == ("mara", "Mara Ott", "mara@example.com")
    assert person.is_staff
    assert {role.name for role in person.roles.all()} == {"Tenant Administrator", "Tenant Member"}
    assert not person.has_usable_password()
    message, link = ended.out.splitlines()
    assert message == VALID
    assert link.startswith("http://localhost:8000/")
    key = resolve(urlsplit(link).path).kwargs["key"]
    assert key not in str(list(AuditEvent.objects.values()))


def test_people_say_who_must_set_up_a_second_factor(
    run: Run, tenant: Tenant, settings: Any
) -> None:
    said = "At the first sign-in, mara must set up a second factor."
    settings.HTTPS = True

    assert said in run("people", "add", "mara", "--staff").out
    assert said in run("people", "reset-link", "mara").out
    assert "authenticator app" not in run("people", "add", "jonas").out
    give_app(Person.objects.get(username="mara"))
    assert said not in run("people", "reset-link", "mara").out
    assert "is removed; they set up another one." in run("people", "reset-mfa", "mara").out


def test_people_reset_link_prints_a_link(run: Run, tenant: Tenant) -> None:
    make_person("mara", tenant)
    make_tenant("Contoso")  # usernames are unique in the installation

    ended = run("people", "reset-link", "MARA")

    assert (ended.status, ended.error) == (0, "")
    assert ended.out.startswith(f"{VALID}\nhttp://localhost:8000/")
    assert AuditEvent.objects.filter(action="person.link.made").count() == 1


@pytest.mark.parametrize("username", ["nobody", "idle", ""])
def test_people_reset_link_of_an_unknown_person_is_refused(
    run: Run, tenant: Tenant, username: str
) -> None:
    idle = make_person("idle", tenant)
    Person.objects.filter(pk=idle.pk).update(is_active=False)

    ended = run("people", "reset-link", username)

    assert (ended.status, ended.out) == (1, "")
    assert ended.error == f"There is no active person with the username {username}.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["MARA"], "The username MARA is taken. Enter another."),
        (["ann", "--email", "nothing"], "Enter an email address such as mara@example.com."),
        (["ann", "--role", "Nothing"], "There is no role named Nothing."),
        (["ann", "--tenant", "Nowhere"], "There is no tenant with the name or id Nowhere."),
        ([""], "Enter a name of 1 to 150 characters."),
    ],
)
def test_people_add_with_an_invalid_value_prints_one_sentence(
    run: Run, tenant: Tenant, words: list[str], sentence: str
) -> None:
    make_person("mara", tenant)

    ended = run("people", "add", *words)

    assert (ended.status, ended.out, ended.error.count("\n")) == (1, "", 1)
    assert ended.error.startswith(sentence)
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("longest", "words"),
    [
        ("u" * 150, ()),
        ("n" * 150, ("mara", "--name")),
        (f"{'a' * 64}@{'d' * 60}.{'d' * 60}.{'d' * 60}.{'d' * 6}", ("mara", "--email")),  # 254
    ],
)
def test_people_add_at_a_limit_works_and_one_more_is_refused(
    run: Run, tenant: Tenant, longest: str, words: tuple[str, ...]
) -> None:
    assert run("people", "add", *words, f"{longest}d").status == 1
    assert not Person.objects.exists()

    assert run("people", "add", *words, longest).status == 0
    person = Person.objects.get()
    assert longest in (person.username, person.name, person.email)


@pytest.mark.both_databases
def test_people_list_and_show_say_who_is_there(run: Run, tenant: Tenant) -> None:
    give_app(make_person("mara", tenant, TENANT_ADMINISTRATOR, email="mara@example.com"))
    make_person("jonas", tenant)
    run("people", "deactivate", "jonas")

    _, first, second = run("people", "list").out.splitlines()
    assert first.split() == ["jonas", "inactive", "never", "Tenant", "Member"]
    assert second.split()[:5] == ["mara", "active", "never", "Tenant", "Administrator,"]
    (line,) = run(
        "people", "list", "--show", "active", "--filter", "MAR", "--json"
    ).out.splitlines()
    assert json.loads(line)["SecondFactors"] == ["Authenticator app"]
    assert json.loads(run("people", "show", "mara", "--json").out)["Email"] == "mara@example.com"
    assert "State:         inactive" in run("people", "show", "jonas").out


@pytest.mark.both_databases
def test_people_list_prints_all_pages(run: Run, tenant: Tenant) -> None:
    for number in range(53):
        make_person(f"p{number:02}", tenant)

    assert len(run("people", "list").out.splitlines()) == 54  # one heading


def test_people_sessions_are_listed_and_ended(run: Run, tenant: Tenant) -> None:
    mara = make_person("mara", tenant)
    first, second = browser_of(mara), browser_of(mara)
    for browser in (first, second):
        assert browser.get("/account").status_code == 200

    heading, *lines = run("people", "sessions", "mara").out.splitlines()
    assert heading.split()[:3] == ["SESSION", "LAST", "ACTIVE"]
    assert len(lines) == 2
    rows = [json.loads(one) for one in run("people", "sessions", "mara", "--json").out.splitlines()]
    assert {one["SignedInBy"] for one in rows} == {"Password"}
    own = first.session  # one id in 64 begins with a hyphen, one in 4,096 as the option -h
    own["lasting_id"] = f"-h{own['lasting_id'][2:]}"
    own.save()
    ended = run("people", "end-sessions", "mara", "--session", own["lasting_id"])
    assert ended.out == "Sessions of mara that ended: 1.\n"
    assert first.get("/account").status_code == 303
    assert second.get("/account").status_code == 200
    assert run("people", "end-sessions", "MARA").out == "Sessions of mara that ended: 1.\n"
    assert second.get("/account").status_code == 303
    assert "no such session" in run("people", "end-sessions", "mara", "--session", "x").error
