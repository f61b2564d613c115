"""Rotate Secret: the window and its result."""

import re
from datetime import timedelta

import pytest

from clients_app.models import ClientSecret
from clients_app.rules.built_in_roles import SECRET_ROTATOR
from tests.conftest import browser_of
from tests.factories import insert_secrets, make_person
from tests.responses import HTMX, is_page, plain_secret_in, text_of, value_of
from tests.web.conftest import record_use

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def stored_secret(secret) -> ClientSecret:
    return ClientSecret.objects.get(pk=secret.pk)


def test_rotate_secret_window_is_a_page_and_a_fragment(
    administrator_browser, machine, rotate_address
):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(rotate_address, headers=headers)
        text = text_of(reply)
        assert is_page(reply) is not bool(headers)
        assert "For Wind park reader. Adds a new secret and sets when the old one expires." in text
        assert f"(…{machine.plain[-4:]}), 365 days left, never used" in text
        assert re.search(r'value="24h" checked', text)
        assert "Secret to remove" not in text
        assert machine.plain not in text


def test_rotate_secret_shows_the_new_one_once_and_limits_the_old_one(
    administrator_browser, machine, rotate_address, rotation_form
):
    reply = administrator_browser.post(rotate_address, rotation_form, headers=HTMX)

    assert reply.status_code == 200
    assert "no-store" in reply["Cache-Control"]
    assert reply["HX-Trigger"] == '{"clientChanged": {}}'
    text = text_of(reply)
    assert "Secret Successfully Added" in text
    assert "Switch your application to this secret." in text
    assert "The Secrets tab shows when it is no longer used." in text
    new = ClientSecret.objects.get(replaces=machine.secret)
    assert plain_secret_in(reply)[-4:] == new.last_four
    assert DAY - MINUTE < stored_secret(machine.secret).expires_at - new.created_at <= DAY


def test_rotate_secret_now_expires_the_old_one(
    administrator_browser, machine, rotate_address, rotation_form
):
    reply = administrator_browser.post(
        rotate_address, {**rotation_form, "old": "now"}, headers=HTMX
    )

    assert "stopped working" in text_of(reply)
    assert stored_secret(machine.secret).removed_at is None
    assert machine.client.secrets.live(stored_secret(machine.secret).expires_at).count() == 1


def test_rotate_secret_on_a_date_expires_the_old_one_then(
    administrator_browser, machine, rotate_address, rotation_form, now
):
    ends = (now + 3 * DAY).replace(second=0, microsecond=0)
    rotation_form |= {"old": "date", "old_end": ends.strftime("%Y-%m-%d %H:%M")}

    administrator_browser.post(rotate_address, rotation_form, headers=HTMX)

    assert stored_secret(machine.secret).expires_at == ends


@pytest.mark.parametrize("old", ["now", "24h"])
def test_rotate_secret_sent_twice_rotates_once(
    administrator_browser, machine, rotate_address, rotation_form, old
):
    rotation_form["old"] = old
    administrator_browser.post(rotate_address, rotation_form)

    for headers in ({}, HTMX):
        again = administrator_browser.post(rotate_address, rotation_form, headers=headers)
        assert again.status_code == 409
        assert "Already added. Its secret cannot be shown; add a new one." in text_of(again)
        assert "pcs_" not in text_of(again)
    assert machine.client.secrets.count() == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"old": "date", "old_end": "2020-01-01 10:00"}, "in the future, or select Immediately."),
        ({"old": "date", "old_end": "soon"}, "Enter a date and time as YYYY-MM-DD hh:mm"),
        ({"old": "forever"}, "Choose when the old secret stops working."),
        ({"old": ""}, "Choose when the old secret stops working."),
        ({"replaces": "10000000"}, "Choose one of the secrets in the list."),
        ({"expiration": "2020-01-01 10:00"}, "in the future, or select Never Expires."),
        ({"secret_description": "x" * 201}, "200"),
    ],
)
def test_rotate_secret_invalid_field_is_explained_and_kept(
    administrator_browser, machine, rotate_address, rotation_form, wrong, sentence
):
    rotation_form |= {"secret_description": "typed before", **wrong}
    for headers in ({}, HTMX):
        reply = administrator_browser.post(rotate_address, rotation_form, headers=headers)
        assert reply.status_code == 422
        assert "<title>Error: Rotate Secret" in text_of(reply)
        assert sentence in text_of(reply)
        assert value_of("secret_description", reply) == rotation_form["secret_description"]
        assert value_of("form_key", reply) == rotation_form["form_key"]
    assert machine.client.secrets.count() == 1
    assert stored_secret(machine.secret).expires_at == machine.secret.expires_at


def test_rotate_secret_can_replace_another_secret(
    administrator_browser, machine, rotate_address, rotation_form
):
    other = insert_secrets(machine.client, 1)[0]

    administrator_browser.post(rotate_address, {**rotation_form, "replaces": str(other.pk)})

    assert ClientSecret.objects.get(replaces=other)
    assert stored_secret(machine.secret).expires_at == machine.secret.expires_at


def test_rotate_secret_with_ten_secrets_asks_which_to_remove(
    administrator_browser, machine, rotate_address, rotation_form, now
):
    others = insert_secrets(machine.client, 9, expires_at=None)
    record_use(others[0], now - 5 * DAY)
    record_use(others[1], now - 9 * DAY)

    text = text_of(administrator_browser.get(rotate_address, headers=HTMX))
    assert "This client has 10 secrets, the most it can have" in text
    choice = text[text.index('name="remove"') : text.index('name="replaces"')]
    offered = [int(pk) for pk in re.findall(r'<option value="(\d+)"', choice)]
    assert offered == [*(one.pk for one in others[2:]), others[1].pk, others[0].pk]

    refused = administrator_browser.post(rotate_address, rotation_form, headers=HTMX)
    assert refused.status_code == 422
    assert "Choose the secret to remove." in text_of(refused)
    both = {**rotation_form, "remove": str(others[2].pk), "replaces": str(others[2].pk)}
    assert "this is the secret to replace" in text_of(
        administrator_browser.post(rotate_address, both)
    )

    reply = administrator_browser.post(
        rotate_address, {**rotation_form, "remove": str(others[2].pk)}, headers=HTMX
    )
    assert reply.status_code == 200
    assert stored_secret(others[2]).removed_at is not None
    assert machine.client.secrets.live(now + MINUTE).count() == 10


def test_rotate_secret_expired_or_foreign_is_not_found(
    administrator_browser, machine, address, stranger_browser, rotate_address
):
    expired = insert_secrets(machine.client, 1, expires_at=machine.secret.created_at - MINUTE)[0]

    assert administrator_browser.get(address(f"/secrets/{expired.pk}/rotate")).status_code == 404
    assert administrator_browser.get(address("/secrets/99999999/rotate")).status_code == 404
    assert stranger_browser.get(rotate_address).status_code == 404


def test_rotate_secret_same_description_is_a_warning(
    administrator_browser, machine, rotate_address, rotation_form
):
    insert_secrets(machine.client, 1, description=rotation_form["secret_description"])

    reply = administrator_browser.post(rotate_address, rotation_form)

    assert "Another live secret of this client is described as Firmware 4.2 too." in text_of(reply)


def test_rotate_secret_by_a_rotator_is_allowed(
    tenant, machine, rotate_address, rotation_form, address
):
    rotator = browser_of(make_person("rita", tenant, SECRET_ROTATOR))

    assert rotator.post(rotate_address, rotation_form).status_code == 200
    text = text_of(rotator.get(address("/secrets")))
    assert "Rotation in progress" in text
    assert "Change end date" not in text  # may not open Edit Secret
