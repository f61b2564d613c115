"""Policies: the page, and which clients don't comply."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Person, Tenant
from clients_app.rules.tenant_policy import NO_POLICY, TenantPolicy
from clients_app.selectors.tenants.policies import tenant_policy
from tests.conftest import Machine, browser_of
from tests.credentials import insert_identities
from tests.factories import insert_clients, insert_secrets
from tests.responses import is_page, text_of, value_of

PAGE = "/security/policies"
CHECK = f"{PAGE}/check"


def form_data(**more: str) -> dict[str, str]:
    return {"version": "1", "never_expires_allowed": "on", **more}


def set_policies(tenant: Tenant, **columns: Any) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(**columns)


@pytest.mark.parametrize("address", [PAGE, CHECK])
def test_policies_by_a_non_administrator_are_refused(
    colleague_browser: Browser, address: str
) -> None:
    reply = colleague_browser.get(address)

    assert reply.status_code == 403
    assert "Only Tenant Administrators can set policies." in text_of(reply)
    assert f'href="{PAGE}"' not in text_of(reply)


@pytest.mark.both_databases
def test_policies_page_shows_current_policies(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    set_policies(tenant, secret_days_max=90, owner_required=True)

    reply = administrator_browser.get(PAGE)

    assert is_page(reply)
    assert value_of("secret_days_max", reply) == "90"
    assert value_of("rotation_days", reply) == ""
    ticked = re.findall(r'<input type="checkbox"[^>]*name="(\w+)" checked', text_of(reply))
    assert ticked == ["never_expires_allowed", "owner_required"]


@pytest.mark.parametrize("days", ["0", "3651", "ten"])
def test_policies_invalid_days_are_kept(administrator_browser: Browser, days: str) -> None:
    reply = administrator_browser.get(CHECK, form_data(rotation_days=days))

    assert reply.status_code == 422
    assert "Enter a whole number from 1 to 3650" in text_of(reply)
    assert value_of("rotation_days", reply) == days


@pytest.mark.both_databases
def test_policies_check_saves_nothing_and_save_does(
    administrator_browser: Browser, tenant: Tenant, now: datetime
) -> None:
    (client,) = insert_clients(["Pumps"], tenant)
    insert_secrets(client, 1, expires_at=now + timedelta(days=200), description="Firmware")
    wanted = form_data(secret_days_max="90", owner_required="on")

    checked = administrator_browser.get(CHECK, wanted)
    assert checked.status_code == 200
    assert "1 client does not comply with these policies. Nothing is saved yet." in text_of(checked)
    assert "It has no Owner." in text_of(checked)
    assert "Firmware" in text_of(checked)
    assert tenant_policy(tenant.pk) == NO_POLICY
    back = re.search(r'href="([^"]+)">Back<', text_of(checked))
    assert back
    assert value_of(
        "secret_days_max", administrator_browser.get(back[1].replace("&amp;", "&"))
    ) == ("90")

    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text_of(checked)))
    saved = administrator_browser.post(CHECK, kept)
    assert (saved.status_code, saved["Location"]) == (303, PAGE)
    assert tenant_policy(tenant.pk) == TenantPolicy(secret_days_max=90, owner_required=True)


@pytest.mark.both_databases
def test_policies_about_identities_show_who_breaks_them_and_are_saved(
    administrator_browser: Browser, machine: Machine, tenant: Tenant
) -> None:
    github = {"issuer": "https://token.actions.githubusercontent.com"}
    insert_identities(machine.client, 1, description="Any", subject_rule="repo:o/r:*", **github)
    insert_identities(machine.client, 1, description="Main", subject_rule="repo:o/r:environment:a")
    listed = "https://token.actions.githubusercontent.com\r\nhttps://a.example/"
    forbids = form_data(dangerous_rules_forbidden="on")

    checked = administrator_browser.get(CHECK, forbids)
    assert "Federated identity Any: " in text_of(checked)
    assert "Federated identity Main: " not in text_of(checked)
    checked = administrator_browser.get(CHECK, form_data(allowed_issuers=listed))
    assert "Federated identity Main: https://issuer.example" in text_of(checked)
    assert "Federated identity Any: " not in text_of(checked)

    wanted = {**forbids, "allowed_issuers": listed}
    assert administrator_browser.post(CHECK, wanted).status_code == 303
    assert tenant_policy(tenant.pk) == TenantPolicy(
        dangerous_rules_forbidden=True,
        allowed_issuers=(github["issuer"], "https://a.example/"),
    )
    shown = administrator_browser.get(PAGE).content.decode()
    assert f"{github['issuer']}\nhttps://a.example/</textarea>" in shown
    assert machine.client.identities.live(machine.client.created_at).count() == 2


@pytest.mark.both_databases
def test_policies_new_secrets_are_reviewed_saved_and_found_by_a_dry_run(
    administrator_browser: Browser, machine: Machine, tenant: Tenant, now: datetime
) -> None:
    exempt, keyed = insert_clients(["Exempt", "Keyed"], tenant)
    insert_secrets(exempt, 1, expires_at=now + timedelta(days=9))
    Client.objects.filter(pk=exempt.pk).update(may_add_secrets=True)

    checked = text_of(administrator_browser.get(CHECK, form_data(new_secrets_forbidden="on")))
    assert "<dt>New secrets</dt><dd>Forbidden</dd>" in checked
    assert "1 client does not comply" in checked
    assert "Its secrets can no longer be rotated" in checked
    assert keyed.name not in checked
    wanted = form_data(new_secrets_forbidden="dry-run")
    assert administrator_browser.post(CHECK, wanted).status_code == 303
    assert tenant_policy(tenant.pk) == TenantPolicy(new_secrets_forbidden="dry-run")

    add = f"/security/clients/{machine.client.pk}/secrets/add"
    typed = {"expiration": "2027-01-01", "zone": "UTC", "secret_description": "Fresh"}
    assert administrator_browser.post(add, typed).status_code == 200
    shown = text_of(administrator_browser.get(PAGE))
    assert 'value="dry-run" checked' in shown
    assert "1 secret would have been refused in 30 days" in shown
    assert f'href="/security/clients/{machine.client.pk}/secrets">{machine.client.name}<' in shown


@pytest.mark.parametrize("typed", ["yes", "ON", "dry run"])
def test_policies_refuse_another_choice_of_new_secrets(
    administrator_browser: Browser, tenant: Tenant, typed: str
) -> None:
    reply = administrator_browser.get(CHECK, form_data(new_secrets_forbidden=typed))

    assert reply.status_code == 422
    assert 'id="id_new_secrets_forbidden_error"' in text_of(reply)
    assert tenant_policy(tenant.pk) == NO_POLICY


def test_policies_that_forbid_secrets_take_their_buttons_and_say_why(
    administrator_browser: Browser, machine: Machine, tenant: Tenant
) -> None:
    page = f"/security/clients/{machine.client.pk}/secrets"
    secret = machine.client.secrets.get()
    assert 'id="add-secret"' in text_of(administrator_browser.get(page))

    Tenant.objects.filter(pk=tenant.pk).update(new_secrets_forbidden="on")
    shown = text_of(administrator_browser.get(page))
    assert "A policy of this tenant forbids new secrets, also by a rotation." in shown
    assert 'id="add-secret"' not in shown
    assert f'id="rotate-{secret.pk}"' not in shown
    assert 'id="add-key"' in shown
    typed = {"expiration": "2027-01-01", "zone": "UTC"}
    refused = administrator_browser.post(f"{page}/add", typed)
    assert refused.status_code == 422
    assert "Add a public key or a federated identity instead" in text_of(refused)

    Client.objects.filter(pk=machine.client.pk).update(may_add_secrets=True)
    assert 'id="add-secret"' in text_of(administrator_browser.get(page))


@pytest.mark.parametrize("typed", ["issuer.example", "https://a.example?b", "https://a b"])
def test_policies_refuse_what_is_no_issuer(administrator_browser: Browser, typed: str) -> None:
    reply = administrator_browser.get(CHECK, form_data(allowed_issuers=typed))

    assert reply.status_code == 422
    assert "Enter the issuer exactly" in text_of(reply)


def test_policies_forced_rotation_needs_confirmation(
    administrator_browser: Browser, machine: Machine, tenant: Tenant
) -> None:
    wanted = form_data(rotation_days="90")
    checked = administrator_browser.get(CHECK, wanted)
    assert "Set an expiration date on 1 secret" in text_of(checked)

    refused = administrator_browser.post(CHECK, wanted)
    assert refused.status_code == 422
    assert "Select the checkbox" in text_of(refused)
    assert tenant_policy(tenant.pk) == NO_POLICY

    assert administrator_browser.post(CHECK, wanted | {"confirm": "on"}).status_code == 303
    assert tenant_policy(tenant.pk) == TenantPolicy(rotation_days=90)


@pytest.mark.both_databases
def test_policies_concurrent_change_is_not_overwritten(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    set_policies(tenant, secret_days_max=30, version=2)

    reply = administrator_browser.post(CHECK, form_data(secret_days_max="90"), follow=True)

    assert "Someone changed this while the form was open." in text_of(reply)
    assert tenant_policy(tenant.pk) == TenantPolicy(secret_days_max=30)


def test_policies_with_an_old_proof_ask_to_confirm_identity(
    administrator: Person, tenant: Tenant
) -> None:
    browser = browser_of(administrator, proof_age=timedelta(minutes=21))

    reply = browser.post(CHECK, form_data(secret_days_max="90"))

    assert "Confirm your identity" in text_of(reply)
    assert tenant_policy(tenant.pk) == NO_POLICY


def test_policies_of_an_older_tab_overwrite_nothing_unseen(administrator_browser, tenant):
    older = value_of("version", administrator_browser.get(PAGE))
    newer = {"version": older, "secret_days_max": "90", "never_expires_allowed": "on"}
    assert administrator_browser.post(f"{PAGE}/check", newer).status_code == 303

    typed = {"version": older, "secret_days_max": "30", "owner_required": "on"}
    reply = administrator_browser.post(f"{PAGE}/check", typed)
    assert reply.status_code == 422
    text = text_of(reply)
    assert "changed this while the form was open." in text
    assert "Now: 90" in text
    assert "Now: Yes" in text  # Allow Never Expires
    assert value_of("secret_days_max", reply) == "30"
    tenant.refresh_from_db()
    assert (tenant.secret_days_max, tenant.owner_required) == (90, False)

    again = {**typed, "version": value_of("version", reply)}
    assert administrator_browser.post(f"{PAGE}/check", again).status_code == 303
    tenant.refresh_from_db()
    assert (tenant.secret_days_max, tenant.owner_required) == (30, True)
