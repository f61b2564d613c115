"""Disable Client and Enable Client: each lists its effects and asks once."""

import json
from datetime import timedelta

import pytest

from clients_app.models import Client
from tests.responses import HTMX, is_page, text_of
from tests.web.conftest import record_use


def is_enabled(machine) -> bool:
    return Client.objects.get(pk=machine.client.pk).is_enabled


def test_disable_and_enable_windows_list_effects(administrator_browser, machine, address, now):
    Client.objects.filter(pk=machine.client.pk).update(
        last_token_at=now - timedelta(minutes=4), last_token_expires_at=now + timedelta(minutes=56)
    )
    record_use(machine.secret, now, address="10.20.4.17")
    for headers in ({}, HTMX):
        disable = administrator_browser.get(address("/disable"), headers=headers)
        enable = administrator_browser.get(address("/enable"), headers=headers)
        assert is_page(disable) is is_page(enable) is not bool(headers)
        assert "This client is in use" in text_of(disable)
        assert "4 minutes ago</time> to 10.20.4.17." in text_of(disable)
        assert "cannot request tokens. Secrets, keys, identities and roles are kept." in text_of(
            disable
        )
        assert "stay valid until" in text_of(disable)
        assert "can request tokens again with its 1 secret" in text_of(enable)
    assert is_enabled(machine)


def test_disable_and_enable_take_effect_immediately(administrator_browser, machine, address):
    assert "Disable Client" in text_of(administrator_browser.get(address()))
    reply = administrator_browser.post(address("/disable"), headers=HTMX)

    assert reply.status_code == 204
    assert json.loads(reply["HX-Trigger"])["toast"]["text"] == "Wind park reader disabled."
    assert not is_enabled(machine)
    pane = text_of(administrator_browser.get(address()))
    assert "Enable Client" in pane
    assert "Disable Client" not in pane

    reply = administrator_browser.post(address("/enable"))
    assert (reply.status_code, reply["Location"]) == (303, address())
    assert is_enabled(machine)


def test_disable_sent_twice_is_recorded_once(administrator_browser, machine, address):
    from clients_app.models import AuditEvent

    for _ in range(2):
        assert administrator_browser.post(address("/disable"), headers=HTMX).status_code == 204

    assert AuditEvent.objects.filter(action="client.disabled").count() == 1


@pytest.mark.parametrize("state", ["/disable", "/enable"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_disable_without_permission_is_refused(expect_refused, machine, address, method, state):
    Client.objects.filter(pk=machine.client.pk).update(is_enabled=state == "/disable")

    expect_refused(method, address(state))
    assert is_enabled(machine) is (state == "/disable")
