"""Details of a client: four tabs with their addresses and permissions."""

import re
from datetime import timedelta

import pytest

from clients_app.models import Client, ClientOwner, SecretAddress, TokenUsage
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_AUDITOR
from tests.conftest import browser_of
from tests.factories import make_client, make_person
from tests.responses import HTMX, is_page, text_of
from tests.web.conftest import record_use

PANE = {**HTMX, "HX-Target": "details"}
TABS = ["", "/secrets", "/roles", "/activity"]


@pytest.mark.parametrize("tab", TABS)
def test_tab_is_a_page_with_the_list_beside_it(administrator_browser, address, tab):
    text = text_of(administrator_browser.get(address(tab)))

    assert "<html" in text
    assert 'id="details-name"' in text
    assert 'aria-current="true">Wind park reader' in text
    assert text.count('aria-current="page"') == 2  # the place in the left pane, and the tab
    assert '<link rel="expect" href="#details" blocking="render">' in text  # no layout shift


@pytest.mark.parametrize("tab", TABS)
def test_tab_with_htmx_is_a_fragment(administrator_browser, address, tab):
    reply = administrator_browser.get(address(tab), headers=PANE)

    assert not is_page(reply)
    assert text_of(reply).count('id="details"') == 1
    assert 'id="list"' not in text_of(reply)


@pytest.mark.parametrize("tab", TABS)
def test_details_id_in_capitals_or_trailing_slash_works(administrator_browser, machine, tab):
    path = f"/security/clients/{str(machine.client.pk).upper()}{tab}/"

    assert "Wind park reader" in text_of(administrator_browser.get(path))


def test_details_tab_shows_the_facts_of_the_client(administrator_browser, tenant, now):
    client = make_client(
        "Pump 14",
        tenant,
        now=now,
        expires_at=None,
        description="Sends <levels>",
        contact="North",
        tags=("pump", "north"),
        token_lifetime_s=90,
    ).client
    Client.objects.filter(pk=client.pk).update(
        last_token_at=now - timedelta(seconds=30), last_token_expires_at=now + timedelta(seconds=60)
    )
    TokenUsage.objects.create(
        client=client,
        secret=client.secrets.get(),
        hour=now,
        tokens=1204,
        last_at=now,
        last_address="10.20.4.17",
    )

    text = text_of(administrator_browser.get(f"/security/clients/{client.pk}"))

    for fact in ("Sends &lt;levels&gt;", "North", ">pump<", "1,204", "from 10.20.4.17"):
        assert fact in text
    assert "1 minute 30 seconds" in text
    assert "Changes apply to new tokens immediately." in text
    ends = (now + timedelta(seconds=60)).strftime("%H:%M UTC")
    assert "stay valid until" in text
    assert f">{ends}</time>" in text


def test_details_tab_without_live_tokens_shows_one_sentence(administrator_browser, address):
    text = text_of(administrator_browser.get(address()))

    assert "Changes apply to new tokens immediately." in text
    assert "stay valid until" not in text


def test_secrets_tab_never_shows_secret_values(administrator_browser, machine, address):
    """SEC-13."""
    text = text_of(administrator_browser.get(address("/secrets")))

    assert f"Ends in …{machine.plain[-4:]}" in text
    assert "365 days left" in text
    assert "Never used" in text
    assert machine.plain not in text
    assert "$argon2" not in text
    assert bytes(machine.secret.tag).hex() not in text


def test_roles_tab_shows_the_claims_of_tokens(administrator_browser, address):
    text = text_of(administrator_browser.get(address("/roles")))

    assert "Tenant Member" in text
    assert "Always assigned. It cannot be removed." in text


@pytest.mark.parametrize(
    ("role", "readable"),
    [(SECRET_ROTATOR, ["", "/secrets", "/roles"]), (TENANT_AUDITOR, TABS)],
)
def test_tabs_follow_the_permissions_of_the_role(tenant, address, role, readable):
    browser = browser_of(make_person("other", tenant, role))

    assert [tab for tab in TABS if browser.get(address(tab)).status_code == 200] == readable


def test_tabs_viewer_has_no_secrets_and_no_activity(colleague_browser, address):
    text = text_of(colleague_browser.get(address()))

    assert "/secrets" not in text
    assert "/activity" not in text
    assert colleague_browser.get(address("/secrets")).status_code == 403
    assert colleague_browser.get(address("/activity")).status_code == 403


def test_secrets_tab_owner_sees_only_their_own_client(colleague, tenant, machine, address):
    ClientOwner.objects.create(client=machine.client, person=colleague)
    other = make_client("Other", tenant).client
    browser = browser_of(colleague)

    assert "Add Secret" in text_of(browser.get(address("/secrets")))
    assert browser.get(address("/secrets", other)).status_code == 403


@pytest.mark.parametrize("tab", TABS)
def test_details_of_another_tenants_client_are_not_found(stranger_browser, address, tab):
    theirs = stranger_browser.get(address(tab))
    never = stranger_browser.get(f"/security/clients/5f0c2c1e-8d4b-4c59-9a1e-3f6f7f0b92d4{tab}")

    assert theirs.status_code == never.status_code == 404
    assert "There is no such client<" in text_of(theirs)
    assert "Wind park reader" not in text_of(theirs)


def test_details_not_found_links_to_removed_clients(administrator_browser, colleague_browser):
    gone = "5f0c2c1e-8d4b-4c59-9a1e-3f6f7f0b92d4"
    theirs, ours = (
        text_of(browser.get(f"/security/clients/{gone}"))
        for browser in (colleague_browser, administrator_browser)
    )

    again = (
        "A removed client can be restored for 30 days, without its secrets, keys and identities."
    )
    assert again in ours
    assert 'href="/security/clients?show=removed"' in ours
    assert f'href="/security/activity?when=always&amp;client={gone}"' in ours
    assert "removed client" not in theirs.lower()
    assert f"client={gone}" not in theirs


def test_details_pane_keeps_filter_and_page_of_the_list(administrator_browser, address):
    text = text_of(administrator_browser.get(address("?q=wind"), headers=PANE))

    assert 'href="/security/clients?q=wind"' in text
    assert f'{address("/roles")}?q=wind"' in text


def test_details_tab_member_sees_no_addresses_or_owners(
    administrator_browser, colleague_browser, colleague, machine, address, now
):
    ClientOwner.objects.create(
        client=machine.client, person=make_person("olga", machine.client.tenant)
    )
    record_use(machine.secret, now, address="198.51.100.7")

    for browser, sees in ((administrator_browser, True), (colleague_browser, False)):
        text = text_of(browser.get(address("")))
        assert ("198.51.100.7" in text) is sees
        assert ("olga" in text) is sees


def test_source_addresses_are_for_people_who_see_secrets(
    administrator_browser, colleague_browser, machine, address, now
):
    rows = [
        SecretAddress(secret=machine.secret, address=where, first_at=now - ago, last_at=now - ago)
        for where, ago in (("192.0.2.7", timedelta(days=1)), ("2001:db8::", timedelta(days=89)))
    ]
    rows.append(SecretAddress(secret=machine.secret, address="192.0.2.9", first_at=now))
    rows[2].last_at = now - timedelta(days=91)
    SecretAddress.objects.bulk_create(rows)
    text = text_of(administrator_browser.get(address("")))

    assert re.findall(r'class="mono" translate="no">([^<]+)</th>', text) == [
        "192.0.2.7",
        "2001:db8::",
    ]
    assert "2 in 90 days" in text
    assert "192.0.2.7" not in text_of(colleague_browser.get(address("")))
