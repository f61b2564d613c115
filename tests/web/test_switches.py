"""The switches of a client about its secrets, and the policy "Machines see only themselves"."""

import pytest

from clients_app.models import Client, ClientOwner, Tenant
from tests.conftest import browser_of
from tests.factories import make_person
from tests.responses import HTMX, text_of

ADD = "/security/clients/add"
SWITCH = 'name="may_rotate_own_secrets"'


@pytest.mark.parametrize(
    ("path", "offered"),
    [(ADD, True), (f"{ADD}/hybrid", False), (f"{ADD}/authorization-code", False)],
)
def test_rotate_itself_switch_is_offered_for_machines(administrator_browser, path, offered):
    assert (SWITCH in text_of(administrator_browser.get(path))) is offered


@pytest.mark.parametrize(
    ("switch", "shown"),
    [
        ("may_introspect", "<dt>May introspect tokens</dt><dd>Yes</dd>"),
        ("may_rotate_own_secrets", "<dt>May rotate its own secrets</dt><dd>Yes</dd>"),
        ("may_add_secrets", "<dt>May get new secrets</dt><dd>Yes, despite the policy</dd>"),
    ],
)
def test_switch_is_saved_and_shown(administrator_browser, draft, switch, shown):
    administrator_browser.post("/security/clients/register", draft | {switch: "on"}, headers=HTMX)

    client = Client.objects.get(name="Reservoir 3 gateway")
    assert getattr(client, switch)
    assert shown in text_of(administrator_browser.get(f"/security/clients/{client.pk}"))


@pytest.mark.parametrize("switch", ["may_rotate_own_secrets", "may_add_secrets"])
def test_switch_is_not_for_owners(machine, tenant, switch):
    owner = make_person("olga", tenant)
    ClientOwner.objects.create(client=machine.client, person=owner)
    browser, address = browser_of(owner), f"/security/clients/{machine.client.pk}/edit"

    assert f'name="{switch}"' not in text_of(browser.get(address, headers=HTMX))
    typed = {"name": "New", "token_lifetime": "60", switch: "on"}
    browser.post(address, typed | {"version": machine.client.version}, headers=HTMX)

    assert not getattr(Client.objects.get(pk=machine.client.pk), switch)


def test_exempt_switch_is_not_offered_for_clients_without_secrets(administrator_browser):
    window = administrator_browser.get(f"{ADD}/authorization-code")
    assert 'name="may_add_secrets"' not in text_of(window)


def test_machines_policy_is_reviewed_and_saved(administrator_browser, tenant):
    wanted = {"version": "1", "never_expires_allowed": "on", "machines_see_only_themselves": "on"}

    check = administrator_browser.get("/security/policies/check", wanted)
    assert "<dt>Machines see only themselves</dt><dd>Yes</dd>" in text_of(check)
    administrator_browser.post("/security/policies/check", wanted)

    assert Tenant.objects.get(pk=tenant.pk).machines_see_only_themselves
    assert 'name="machines_see_only_themselves" checked' in text_of(
        administrator_browser.get("/security/policies")
    )
