"""Accounts that are not let in by single sign-on."""

import json
from dataclasses import replace

import pytest
from django.test import Client as Browser

from clients_app.identity.sign_on.people import link_account
from clients_app.models import Person
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.people.accounts import set_active
from tests.actors import command_line_in
from tests.factories import make_person, make_tenant
from tests.identity.sign_on_visits import is_signed_in, last_event, visit
from tests.responses import text_of

pytestmark = pytest.mark.usefixtures("nothing_noted")


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": "else@example.com"},
    ],
)
def test_sign_on_without_a_verified_email_of_somebody_is_refused(client, provider, mara, claims):
    provider.claims = claims
    people = Person.objects.count()

    reply = visit(client, provider)

    assert reply.status_code == 403
    assert "Nobody here has your account at Example." in text_of(reply)
    assert not is_signed_in(client)
    assert Person.objects.count() == people
    assert last_event().action == "sign-on.refused"
    assert last_event().outcome == "refused"
    assert json.loads(last_event().canonical)["after"]["reason"].startswith("Example: ")


def test_account_of_a_deactivated_person_is_refused(client, provider, mara, colleague, now):
    make_person("other", mara.tenant, TENANT_ADMINISTRATOR)
    visit(Browser(), provider)
    set_active(mara, active=False, actor=command_line_in(mara.tenant), now=now)

    reply = visit(client, provider)

    assert "You cannot sign in any more." in text_of(reply)
    assert not is_signed_in(client)
    assert last_event().object_name == "mara"


def test_new_account_with_the_email_of_a_linked_person_is_refused(client, provider, mara):
    visit(Browser(), provider)
    provider.claims = {"sub": "subject-2"}

    assert visit(client, provider).status_code == 403
    assert not is_signed_in(client)


def test_staff_sign_on_only_if_the_command_line_linked_them(client, provider, mara, sign_on, now):
    Person.objects.filter(pk=mara.pk).update(is_staff=True)
    mara.refresh_from_db()
    assert "Staff sign in with their password." in text_of(visit(client, provider))

    link_account(mara, sign_on, "subject-1", actor=command_line_in(mara.tenant), now=now)
    visit(client, provider)

    assert is_signed_in(client)


def test_person_who_became_staff_no_longer_signs_on(provider, mara):
    visit(Browser(), provider)
    Person.objects.filter(pk=mara.pk).update(is_staff=True)
    browser = Browser()

    assert visit(browser, provider).status_code == 403
    assert not is_signed_in(browser)


def test_person_of_another_tenant_is_refused(client, provider, mara, sign_on, settings):
    make_tenant("Elsewhere")
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, tenant="Elsewhere"),)

    assert visit(client, provider).status_code == 403
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("theirs", "brought", "fits"),
    [
        ("mara@example.com", "Mara@EXAMPLE.com", True),
        ("mara@strasse.example", "mara@straße.example", False),
        ("mara@straße.example", "mara@strasse.example", False),
        ("mara@example.com", "ｍara@example.com", False),  # noqa: RUF001  full width
        ("mark@example.com", "mar\N{KELVIN SIGN}@example.com", False),
        ("mara@straße.example", "mara@straße.example", True),
    ],
)
def test_email_with_letters_that_look_alike_is_another_one(
    client, provider, tenant, sign_on, theirs, brought, fits
):
    make_person("mara", tenant, email=theirs)
    provider.claims = {"email": brought}

    visit(client, provider)

    assert is_signed_in(client) == fits


def test_person_who_names_themselves_by_the_email_of_another_is_refused(
    client, provider, mara, sign_on, settings
):
    settings.SIGN_ON_PROVIDERS = (replace(sign_on, creates_people=True),)
    provider.claims = {"email": "new@example.com", "preferred_username": "MARA@example.com"}

    reply = visit(client, provider)

    assert reply.status_code == 403
    assert "Somebody here has your username or email address already." in text_of(reply)
    assert not is_signed_in(client)
