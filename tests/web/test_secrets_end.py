"""The move away from secrets on the tab Secrets, and the window that ends them."""

from datetime import timedelta

import pytest

from tests.conftest import browser_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_person
from tests.responses import HTMX, is_page, text_of
from tests.web.conftest import record_use

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def moving(machine, now):
    """The machine's client with a secret and a key, each used; the key later."""
    [key] = insert_keys(machine.client, 1, description="Gateway 7")
    record_use(machine.secret, now - 3 * HOUR, tokens=7, address="192.0.2.1")
    record_use(key, now - HOUR, tokens=3, address="192.0.2.2")
    return key


def test_move_begins_with_the_two_ways_to_go(administrator_browser, address):
    shown = text_of(administrator_browser.get(address("/secrets")))

    assert 'Move away from secrets <span class="optional">step 1 of 3' in shown
    assert f'id="move-key" href="{address("/keys/add")}"' in shown
    assert f'id="move-identity" href="{address("/identities/add")}"' in shown
    assert 'id="end-secrets"' not in shown


def test_move_shows_both_ways_in_use_side_by_side(administrator_browser, address, machine, moving):
    shown = text_of(administrator_browser.get(address("/secrets")))

    assert "step 3 of 3" in shown  # the secret was not used within the Token Lifetime
    assert "Done: no secret was used for longer than the Token Lifetime" in shown
    table = shown.split('<table class="uses">')[-1].split("</table>")[0]
    for words in ("Gateway 7", "192.0.2.2", machine.secret.last_four, "192.0.2.1"):
        assert words in table
    assert "Keys and identities" in shown
    assert f'href="{address("/secrets/end")}"' in shown


def test_move_waits_for_the_new_way_and_for_the_last_machine(
    administrator_browser, address, machine, now
):
    insert_identities(machine.client, 1)
    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "step 2 of 3" in shown
    assert "No token was requested with a key or an identity yet." in shown
    assert 'id="end-secrets"' not in shown
    [identity] = machine.client.identities.all()
    assert f'href="{address(f"/identities/{identity.pk}/connect")}"' in shown
    assert "Requests appear here within half a minute." in shown

    record_use(machine.client.identities.get(), now)
    record_use(machine.secret, now)
    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "step 2 of 3" in shown
    assert (
        "Keys or identities are in use, but a secret was used or added within the Token Lifetime."
        in shown
    )
    assert 'id="end-secrets"' in shown
    assert "The last secret expires" in shown
    window = text_of(administrator_browser.get(address("/secrets/end")))
    assert "A secret was used or added within the Token Lifetime" in window


def test_move_is_not_shown_to_a_client_without_secrets(administrator_browser, address, machine):
    insert_keys(machine.client, 1)
    machine.client.secrets.all().delete()

    assert "Move away from secrets" not in text_of(administrator_browser.get(address("/secrets")))


@pytest.mark.usefixtures("moving")
def test_end_secrets_opens_as_a_page_and_as_a_part_and_ends_them(
    administrator_browser, address, machine, now
):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(address("/secrets/end"), headers=headers)
        assert is_page(reply) is not bool(headers)
        assert 'value="24h" checked' in text_of(reply)

    reply = administrator_browser.post(address("/secrets/end"), {"old": "24h"}, headers=HTMX)

    assert reply.status_code == 204
    assert "1 secret will expire." in reply["HX-Trigger"]
    ends_at = machine.client.secrets.get().expires_at
    assert now + DAY - HOUR < ends_at < now + DAY + HOUR


@pytest.mark.usefixtures("moving")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose when the secrets stop working."),
        ({"old": "soon"}, "Choose when the secrets stop working."),
        ({"old": "date", "old_end": "never"}, "Enter a date and time as"),
        ({"old": "date", "old_end": "2001-01-01"}, "Enter a date and time in the future"),
    ],
)
def test_end_secrets_refuses_a_wrong_end_beside_its_field(
    administrator_browser, address, machine, typed, sentence
):
    before = machine.client.secrets.get().expires_at

    reply = administrator_browser.post(address("/secrets/end"), typed, headers=HTMX)

    assert reply.status_code == 422
    assert sentence in text_of(reply)
    assert machine.client.secrets.get().expires_at == before


def test_end_secrets_before_the_new_way_was_used_is_refused(
    administrator_browser, address, machine
):
    insert_keys(machine.client, 1)

    reply = administrator_browser.post(address("/secrets/end"), {"old": "now"})

    assert reply.status_code == 422
    assert "Let its machines use one first, then end the secrets." in text_of(reply)
    assert machine.client.secrets.get().expires_at > machine.secret.created_at + DAY


def test_end_secrets_of_a_client_without_any_is_not_found(administrator_browser, address, machine):
    insert_keys(machine.client, 1)
    machine.client.secrets.all().delete()

    for reply in (
        administrator_browser.get(address("/secrets/end")),
        administrator_browser.post(address("/secrets/end"), {"old": "now"}),
    ):
        assert reply.status_code == 404
        assert "This client has no secrets that could end" in text_of(reply)


def test_end_secrets_is_not_for_people_without_a_role(address, machine, tenant):
    browser = browser_of(make_person("otto", tenant))

    assert browser.post(address("/secrets/end"), {"old": "now"}).status_code == 403
