"""Every search of the portal and the admin site finds names by the same key. Source: CLI-4."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from clients_app.actors import Actor
from clients_app.models import Client, Role
from clients_app.services.people.accounts import add_person
from clients_app.services.roles.roles import add_role
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft
from tests.conftest import browser_of
from tests.factories import make_client, make_tenant
from tests.responses import HTMX, text_of

pytestmark = pytest.mark.both_databases

#: a name, and what people type to find it
SPELLINGS = [
    ("Özlem Çelik", "özlem ç"),
    ("ÖZLEM", "o\u0308zlem"),
    ("Straße 5", "STRASSE"),
    ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
    ("\uff30\uff55\uff4d\uff50", "pump"),
    ("Line 4 pump", " line\u00a04  PU\u200bMP "),
]


@pytest.fixture
def named(tenant, administrator, now):
    """A function that gives this name to a row of each kind that is searched by name."""

    def name_all(name):
        trusted = Actor.command_line(tenant.pk)
        made = make_client(name, tenant, now=now, expires_at=now + timedelta(days=9))
        draft = SecretDraft(description=name, expires_at=now + timedelta(days=9))
        add_secret(made.client, draft, actor=trusted, now=now)
        add_role(name, description="", actor=trusted, now=now)
        person = add_person("o.c", name=name, role_ids=frozenset(), actor=trusted, now=now)
        return made.client, person

    return name_all


@pytest.mark.parametrize(("name", "typed"), SPELLINGS)
def test_search_of_the_portal_finds_every_spelling(
    administrator_browser, named, tenant, name, typed
):
    client, person = named(name)
    details = reverse("client-details", args=[client.pk])
    shown = {"client-list": details, "role-list": "Tenant Custom", "find": details}
    for view, found in shown.items():
        reply = administrator_browser.get(reverse(view), {"q": typed})
        assert found in text_of(reply), view
    reply = administrator_browser.get(reverse("activity"), {"q": typed, "when": "always"})
    assert details in text_of(reply)
    Client.objects.all().delete()  # leaves the person alone
    reply = administrator_browser.get(reverse("activity"), {"q": typed, "when": "always"})
    assert "1 of 1 event" in text_of(reply)
    assert str(person) in text_of(reply)


@pytest.mark.parametrize(("name", "typed"), SPELLINGS)
def test_search_of_the_admin_site_finds_every_spelling(administrator, named, name, typed):
    named(name)
    make_tenant(name)
    browser = browser_of(administrator)
    for model in ("client", "clientsecret", "role", "person", "tenant", "auditevent"):
        address = reverse(f"admin:clients_app_{model}_changelist")
        nothing = browser.get(address, {"q": f"{typed} nowhere"})
        assert 'id="result_list"' not in text_of(nothing), model
        assert 'id="result_list"' in text_of(browser.get(address, {"q": typed})), model


@pytest.mark.parametrize(
    "around", ["\u200b{}", "\ufeff{}\u200e", '"{}"', "\u201c{}\u201d", "'{}',", "{{{}}}", "<{}>."]
)
def test_search_for_a_pasted_id_finds_it(administrator_browser, administrator, machine, around):
    client_id = machine.client.pk
    for typed in (around.format(client_id), around.format(str(client_id).upper())):
        for view in ("client-list", "find"):
            reply = administrator_browser.get(reverse(view), {"q": typed})
            assert f"/security/clients/{client_id}" in text_of(reply), view
        address = reverse("admin:clients_app_client_changelist")
        reply = browser_of(administrator).get(address, {"q": typed})
        assert 'id="result_list"' in text_of(reply)
    beginning = around.format(str(client_id)[:11])
    reply = administrator_browser.get(reverse("client-list"), {"q": beginning})
    assert f"/security/clients/{client_id}" in text_of(reply)


def test_activity_finds_a_pasted_id_and_address(administrator_browser, administrator, machine, now):
    draft = SecretDraft(description="", expires_at=now + timedelta(days=9))
    trusted = Actor.command_line(administrator.tenant_id)
    add_secret(machine.client, draft, actor=trusted, now=now)
    for typed in (f"\u200b{machine.client.pk} ", f'"{machine.client.pk}"'):
        reply = administrator_browser.get(reverse("activity"), {"q": typed})
        assert reverse("client-details", args=[machine.client.pk]) in text_of(reply)


@pytest.mark.parametrize(
    "name",
    ["line 4  pump", "Line\u00a04 pump", "Line 4 pu\u200bmp", "\uff2cine 4 pump", "LINE 4 PUMP"],
)
def test_name_that_looks_like_another_is_taken(administrator_browser, draft, tenant, now, name):
    make_client("Line 4 pump", tenant, now=now, expires_at=now + timedelta(days=9))
    reply = administrator_browser.post(reverse("client-add"), draft | {"name": name}, headers=HTMX)

    assert reply.status_code == 422
    assert "already" in text_of(reply)


@pytest.mark.parametrize("name", ["Ten\u0430nt Administrator", "Tenant Adm1nistrator"])
def test_role_that_looks_like_a_built_in_one_is_refused_at_both_doors(
    administrator_browser, administrator, tenant, name
):
    typed = {"name": name, "description": ""}
    reply = administrator_browser.post(reverse("role-add"), typed, headers=HTMX)
    assert reply.status_code == 422
    assert "looks like the built-in role Tenant Administrator" in text_of(reply)
    address = reverse("admin:clients_app_role_add")
    reply = browser_of(administrator).post(address, typed | {"tenant": str(tenant.pk)})
    assert reply.status_code == 422
    assert "looks like the built-in role Tenant Administrator" in text_of(reply)
    assert not Role.objects.filter(name=name).exists()


def test_remove_takes_the_name_with_its_spaces_folded(administrator_browser, tenant, now):
    client = make_client("Line 4  pump", tenant, now=now, expires_at=now + timedelta(days=9)).client
    Client.objects.filter(pk=client.pk).update(last_token_at=now)
    address = reverse("client-remove", args=[client.pk])

    assert (
        administrator_browser.post(address, {"confirm": "Line 5"}, headers=HTMX).status_code == 422
    )
    reply = administrator_browser.post(address, {"confirm": "Line 4 pump"}, headers=HTMX)
    assert reply.status_code == 204
    assert "windowDone" in json.loads(reply["HX-Trigger"])
