"""`manage.py people`: second factors, single sign-on, and invitations."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.urls import resolve

from clients_app.identity.passkeys.held import add_passkey
from clients_app.identity.sign_on.people import has_account, link_account
from clients_app.models import AuditEvent, Person, Tenant
from tests.actors import actor_for, command_line_in
from tests.audit.operations_of_people import EXAMPLE
from tests.factories import give_app, make_person
from tests.management.conftest import Run
from tests.moments import NOW
from tests.soft_authenticator import registration


def test_people_reset_mfa_removes_passkeys(run: Run, tenant: Tenant) -> None:
    person = make_person("ann", tenant)
    add_passkey(person, registration(person), "Laptop", actor=actor_for(person), now=NOW)
    assert "Second factor: Passkey\n" in run("people", "show", "ann").out

    run("people", "reset-mfa", "ann")

    assert not Authenticator.objects.exists()
    assert "Second factor: none\n" in run("people", "show", "ann").out


def test_people_reset_mfa_removes_the_second_factor(run: Run, tenant: Tenant) -> None:
    person = make_person("ann", tenant)
    assert run("people", "reset-mfa", "ann") == (0, "ann has no second factor.\n", "")
    give_app(person)

    ended = run("people", "reset-mfa", "ANN")

    assert (ended.status, ended.error) == (0, "")
    assert ended.out.startswith("The second factor of ann is removed; they sign in")
    assert not Authenticator.objects.exists()
    event = AuditEvent.objects.get(action="person.mfa.removed")
    assert (event.actor_kind, event.object_id) == ("command line", str(person.pk))
    assert run("people", "reset-mfa", "nobody").status == 1


def test_people_link_lets_staff_sign_on_and_unlink_ends_it(
    run: Run, tenant: Tenant, settings: Any
) -> None:
    settings.SIGN_ON_PROVIDERS = (EXAMPLE,)
    person = make_person("ann", tenant, is_staff=True)
    version = person.access_version

    assert run("people", "link", "ANN", "subject-1").out == "ann can sign in with Example now.\n"
    assert has_account(person, EXAMPLE, "subject-1")
    assert run("people", "unlink", "ann").out == "ann no longer has accounts of single sign-on.\n"
    assert not has_account(person, EXAMPLE, "subject-1")
    assert run("people", "unlink", "ann").out == "ann has no accounts of single sign-on.\n"
    person.refresh_from_db()
    assert person.access_version == version + 1


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("nobody", "s"), "There is no person with the username nobody.\n"),
        (("ann", "s", "--provider", "2"), "There is no provider with the number 2.\n"),
        (("ann", "taken"), "This account belongs to somebody else.\n"),
    ],
)
def test_people_link_with_a_mistake_links_nothing(
    run: Run, tenant: Tenant, settings: Any, words: tuple[str, ...], error: str
) -> None:
    settings.SIGN_ON_PROVIDERS = (EXAMPLE,)
    other, ann = make_person("other", tenant), make_person("ann", tenant)
    link_account(other, EXAMPLE, "taken", actor=command_line_in(tenant), now=NOW)

    ended = run("people", "link", *words)

    assert ended.status == 1
    assert ended.error.endswith(error)
    assert not has_account(ann, EXAMPLE, words[1])


def test_people_invite_prints_a_link_for_seven_days(run: Run, tenant: Tenant) -> None:
    ended = run("people", "invite", "lena@herons.example", "--name", "Lena Horvat")

    assert (ended.status, ended.error) == (0, "")
    message, link = ended.out.splitlines()
    assert message == "Invitation, valid for 7 days and once:"
    assert resolve(urlsplit(link).path).kwargs["key"] not in str(list(AuditEvent.objects.values()))
    assert Person.objects.get().is_invited


def test_people_invite_by_mail_needs_a_mail_server(run: Run, tenant: Tenant, settings: Any) -> None:
    refused = run("people", "invite", "lena@herons.example", "--by-mail")
    assert refused.status == 1
    assert "MAIL_URL is not set" in refused.error
    assert not Person.objects.exists()

    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}
    ended = run("people", "invite", "lena@herons.example", "--by-mail")

    assert ended.out == "The worker mails the invitation to lena@herons.example.\n"
    assert Person.objects.get().must_mail_invitation


def test_people_renew_and_withdraw_an_invitation(run: Run, tenant: Tenant) -> None:
    run("people", "invite", "lena@herons.example", "--username", "lena")

    assert "Invitation, valid for 7 days" in run("people", "renew", "lena").out
    assert run("people", "withdraw", "LENA").out == "The invitation of lena is withdrawn.\n"
    assert not Person.objects.exists()


def test_people_withdraw_of_somebody_who_accepted_is_refused(run: Run, tenant: Tenant) -> None:
    make_person("mara", tenant)

    ended = run("people", "withdraw", "mara")

    assert ended.status == 1
    assert ended.error.strip() == "mara has accepted the invitation. Deactivate them instead."
