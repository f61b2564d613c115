"""Revoke all tokens of a client: lists affected APIs and asks for proof."""

import json
from datetime import timedelta

import pytest

from clients_app.models import AuditEvent, Client
from tests.conftest import browser_of
from tests.responses import HTMX, is_page, text_of, value_of

END = "/tokens/end"


def ended_at(machine):
    return Client.objects.get(pk=machine.client.pk).tokens_not_before


def test_revoke_tokens_window_lists_affected_apis(administrator_browser, machine, address, now):
    for headers in ({}, HTMX):
        window = administrator_browser.get(address(END), headers=headers)
        assert is_page(window) is not bool(headers)
        assert "refuse them immediately" in text_of(window)
        assert "until it expires, within one hour" in text_of(window)

    Client.objects.filter(pk=machine.client.pk).update(
        last_token_at=now, last_token_expires_at=now + timedelta(minutes=56)
    )
    window = text_of(administrator_browser.get(address(END)))
    assert "that only check the signature accept them until" in window
    assert "remove the secret or disable the client" in window
    assert ended_at(machine) is None


def test_revoke_tokens_takes_effect_immediately_and_is_recorded(
    administrator_browser, machine, address, now
):
    assert "Revoke all tokens of this client" in text_of(administrator_browser.get(address()))

    reply = administrator_browser.post(address(END), headers=HTMX)

    assert reply.status_code == 204
    said = json.loads(reply["HX-Trigger"])["toast"]["text"]
    assert said == "All tokens of Wind park reader revoked."
    assert ended_at(machine) >= now
    event = AuditEvent.objects.get(action="client.tokens.ended")
    assert (event.actor_name, event.client_id) == ("mara", machine.client.pk)
    activity = text_of(administrator_browser.get(address("/activity")))
    assert "Revoked all tokens" in activity


def test_revoke_tokens_sent_twice_revokes_only_newer_tokens(
    administrator_browser, machine, address
):
    reply = administrator_browser.post(address(END))
    assert (reply.status_code, reply["Location"]) == (303, address())
    first = ended_at(machine)

    again = administrator_browser.post(address(END), {"seen": ""}, headers=HTMX)
    assert again.status_code == 422
    assert "All tokens were revoked while this window was open." in text_of(again)
    assert ended_at(machine) == first

    seen = {"seen": value_of("seen", again)}
    assert administrator_browser.post(address(END), seen, headers=HTMX).status_code == 204
    assert ended_at(machine) > first
    assert AuditEvent.objects.filter(action="client.tokens.ended").count() == 2


def test_revoke_tokens_with_an_old_proof_asks_to_confirm_identity(administrator, machine, address):
    browser = browser_of(administrator, proof_age=timedelta(minutes=20, seconds=5))

    reply = browser.post(address(END), headers=HTMX)

    assert "Confirm your identity" in text_of(reply)
    assert ended_at(machine) is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_revoke_tokens_without_permission_is_refused(
    expect_refused, colleague_browser, machine, address, method
):
    expect_refused(method, address(END))
    assert ended_at(machine) is None
    assert "Revoke all tokens" not in text_of(colleague_browser.get(address()))
