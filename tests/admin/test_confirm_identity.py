"""Confirm your identity before operations that grant or revoke power."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app.models import ClientSecret, Person, Role
from tests.admin.conftest import Installation
from tests.conftest import browser_of, set_proof_age
from tests.portal_process import PASSWORD
from tests.responses import text_of


def guarded_addresses(rows: Installation) -> dict[str, str]:
    """Return the addresses that ask for a proof, by operation."""
    return {
        "add client": reverse("admin:clients_app_client_add"),
        "remove client": reverse("admin:client-remove", args=[rows.client.pk]),
        "restore client": reverse("admin:client-restore", args=[rows.removed.pk]),
        "add secret": reverse("admin:client-secrets-add", args=[rows.client.pk]),
        "remove secret": reverse("admin:secret-remove", args=[rows.secret.pk]),
        "add role": reverse("admin:clients_app_role_add"),
        "edit role": reverse("admin:role-edit", args=[rows.role.pk]),
        "remove role": reverse("admin:role-remove", args=[rows.role.pk]),
        "add API": reverse("admin:clients_app_api_add"),
        "edit API": reverse("admin:api-edit", args=[rows.api.pk]),
        "remove API": reverse("admin:api-remove", args=[rows.api.pk]),
    }


def asks_for_proof(reply: object) -> bool:
    return 'name="proof"' in text_of(reply)


def test_proof_expires_after_ten_minutes_for_pages_and_twenty_for_posts(
    operator: Person, staff: Browser, installation: Installation
) -> None:
    for what, address in guarded_addresses(installation).items():
        set_proof_age(staff, operator, timedelta(minutes=9.9))
        assert not asks_for_proof(staff.get(address)), what
        set_proof_age(staff, operator, timedelta(minutes=10.1))
        assert asks_for_proof(staff.get(address)), what
        set_proof_age(staff, operator, timedelta(minutes=20.1))
        before = (Role.objects.count(), ClientSecret.objects.filter(removed_at=None).count())
        assert asks_for_proof(staff.post(address)), what
        assert before == (
            Role.objects.count(),
            ClientSecret.objects.filter(removed_at=None).count(),
        )
    set_proof_age(staff, operator, timedelta(minutes=19.9))
    assert staff.post(guarded_addresses(installation)["remove role"]).status_code == 303


def test_operation_without_any_proof_asks_to_confirm_identity(
    operator: Person, staff: Browser, installation: Installation
) -> None:
    session = staff.session
    del session["account_authentication_methods"]
    session.save()

    for what, address in guarded_addresses(installation).items():
        assert asks_for_proof(staff.get(address)), what
        assert asks_for_proof(staff.post(address)), what


def test_confirm_identity_right_password_opens_the_page(
    operator: Person, staff: Browser, installation: Installation
) -> None:
    set_proof_age(staff, operator, timedelta(minutes=11))
    address = guarded_addresses(installation)["add secret"]
    key = staff.session.session_key

    reply = staff.post(address, {"proof": PASSWORD, "proof_for": "GET"})

    assert (reply.status_code, reply["Location"]) == (303, address)
    assert not asks_for_proof(staff.get(address))
    assert staff.session.session_key != key


def test_confirm_identity_right_password_completes_the_operation(
    operator: Person, staff: Browser, installation: Installation
) -> None:
    set_proof_age(staff, operator, timedelta(minutes=21))
    address = guarded_addresses(installation)["edit role"]
    typed = {
        "name": "Pump writer",
        "description": "opens valves",
        "version": installation.role.version,
    }

    asked = staff.post(address, typed)
    reply = staff.post(address, {**typed, "proof": PASSWORD, "proof_for": "POST"})

    assert 'name="name" value="Pump writer"' in text_of(asked)
    assert 'name="description" value="opens valves"' in text_of(asked)
    assert reply.status_code == 303
    installation.role.refresh_from_db()
    assert installation.role.name == "Pump writer"


@pytest.mark.parametrize("proof", ["", "wrong", PASSWORD.lower()])
def test_confirm_identity_wrong_password_keeps_what_was_typed(
    operator: Person, staff: Browser, installation: Installation, proof: str
) -> None:
    set_proof_age(staff, operator, timedelta(minutes=21))
    address = guarded_addresses(installation)["edit role"]

    reply = staff.post(address, {"name": "Typed", "proof": proof, "proof_for": "POST"})

    assert reply.status_code == 422
    assert "Incorrect password. Try again." in text_of(reply)
    assert 'name="name" value="Typed"' in text_of(reply)
    installation.role.refresh_from_db()
    assert installation.role.name == "Pump reader"


def test_confirm_identity_repeated_guesses_are_rate_limited(
    operator: Person, staff: Browser, installation: Installation
) -> None:
    set_proof_age(staff, operator, timedelta(minutes=21))
    address = guarded_addresses(installation)["remove role"]
    for _ in range(12):
        staff.post(address, {"proof": "guess", "proof_for": "POST"})

    reply = staff.post(address, {"proof": PASSWORD, "proof_for": "POST"})

    assert reply.status_code == 422
    assert Role.objects.filter(pk=installation.role.pk).exists()


def test_proof_of_another_person_is_ignored(
    operator: Person, colleague: Person, installation: Installation
) -> None:
    browser = browser_of(operator)
    session = browser.session
    session["account_authentication_methods_user"] = str(colleague.pk)
    session.save()

    assert asks_for_proof(browser.get(guarded_addresses(installation)["add secret"]))
