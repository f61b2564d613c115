"""Edit Secret: description and expiration; a later expiration asks for proof."""

import json
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from clients_app.models import ClientOwner, ClientSecret
from clients_app.rules.built_in_roles import SECRET_ROTATOR
from tests.conftest import browser_of
from tests.factories import insert_secrets, make_person
from tests.portal_process import PASSWORD
from tests.refused_values import refused_values
from tests.responses import HTMX, is_page, text_of, value_of

EXPIRED_PROOF = timedelta(minutes=10, seconds=5)


@pytest.fixture
def edit_address(machine, address):
    return address(f"/secrets/{machine.secret.pk}/edit")


@pytest.fixture
def form_data(administrator_browser, edit_address):
    """The form data of the window as it opens."""
    reply = administrator_browser.get(edit_address)
    names = ("version", "secret_description", "expiration")
    return {name: value_of(name, reply) for name in names}


def stored_secret(machine) -> ClientSecret:
    return ClientSecret.objects.get(pk=machine.secret.pk)


def form_date(moment) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def test_edit_secret_window_is_filled_without_the_value(
    administrator_browser, machine, edit_address
):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(edit_address, headers=headers)
        assert is_page(reply) is not bool(headers)
        assert value_of("expiration", reply) == form_date(machine.secret.expires_at)
        assert f"…{machine.plain[-4:]} of Wind park reader." in text_of(reply)
        assert machine.plain not in text_of(reply)


def test_edit_secret_untouched_date_keeps_its_seconds(
    administrator_browser, machine, edit_address, form_data
):
    form_data["secret_description"] = "Firmware 4.2"
    reply = administrator_browser.post(edit_address, form_data, headers=HTMX)

    assert reply.status_code == 204
    told = json.loads(reply["HX-Trigger"])
    assert set(told) == {"clientChanged", "windowDone", "toast"}
    assert "Firmware 4.2" in told["toast"]["text"]
    assert stored_secret(machine).description == "Firmware 4.2"
    assert stored_secret(machine).expires_at == machine.secret.expires_at


def test_edit_secret_only_a_later_expiration_asks_for_proof(
    administrator, machine, edit_address, form_data, now
):
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)
    shorter = form_data | {"expiration": form_date(now + timedelta(days=9))}
    assert browser.post(edit_address, shorter, headers=HTMX).status_code == 204
    assert stored_secret(machine).expires_at < now + timedelta(days=10)

    form_data["version"] = value_of("version", browser.get(edit_address))
    for longer in ({"expiration": form_date(now + timedelta(days=11))}, {"never_expires": "on"}):
        asked = browser.post(edit_address, form_data | longer, headers=HTMX)
        assert "Confirm your identity" in text_of(asked)
    assert stored_secret(machine).expires_at < now + timedelta(days=10)
    proved = form_data | longer | {"proof_for": "POST", "proof": PASSWORD}
    assert browser.post(edit_address, proved, headers=HTMX).status_code == 204
    assert stored_secret(machine).expires_at is None


def test_edit_secret_is_read_in_the_zone_that_the_form_named(
    administrator_browser, administrator, machine, edit_address, now
):
    choose_zone(administrator, "Asia/Tokyo")
    reply = administrator_browser.get(edit_address)
    names = ("version", "zone", "secret_description", "expiration")
    typed = {name: value_of(name, reply) for name in names}
    choose_zone(administrator, "America/New_York")
    moment = (now + timedelta(days=9)).replace(second=0, microsecond=0)
    tokyo = moment.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d %H:%M")

    wrong = administrator_browser.post(
        edit_address, typed | {"expiration": tokyo, "secret_description": "x" * 201}
    )
    assert value_of("zone", wrong) == "Asia/Tokyo"
    assert value_of("expiration", wrong) == tokyo
    assert "Times are in Asia/Tokyo." in text_of(wrong)
    assert "Times are in America/New_York." not in text_of(wrong)
    saved = administrator_browser.post(edit_address, typed | {"expiration": tokyo})
    assert saved.status_code == 303
    assert stored_secret(machine).expires_at == moment


def test_edit_secret_of_an_untouched_form_changes_nothing_after_a_change_of_zone(
    administrator_browser, administrator, machine, edit_address
):
    choose_zone(administrator, "Asia/Tokyo")
    reply = administrator_browser.get(edit_address)
    names = ("version", "zone", "secret_description", "expiration")
    typed = {name: value_of(name, reply) for name in names}
    choose_zone(administrator, "America/New_York")

    assert administrator_browser.post(edit_address, typed).status_code == 303
    assert stored_secret(machine).expires_at == machine.secret.expires_at


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "../etc/passwd", "x" * 3000])
def test_edit_secret_unknown_zone_is_refused_and_shown_in_the_current_one(
    administrator_browser, machine, edit_address, form_data, zone
):
    reply = administrator_browser.post(edit_address, form_data | {"zone": zone})

    assert reply.status_code == 422
    assert "Enter the date and time again." in text_of(reply)
    assert value_of("zone", reply) == "UTC"
    assert stored_secret(machine).expires_at == machine.secret.expires_at


def choose_zone(person, zone):
    person.time_zone = zone
    person.save(update_fields=["time_zone"])


@refused_values(
    secret_description={"x" * 201: "201: 1 too many"},
    expiration={
        "2020-01-01 10:00": "future",
        "soon": "YYYY-MM-DD",
        "": "YYYY-MM-DD",
        "2027-02-30": "Enter another day: there is no 2027-02-30.",
    },
)
def test_edit_secret_invalid_field_is_explained_and_kept(
    administrator_browser, machine, edit_address, form_data, name, value, sentence
):
    reply = administrator_browser.post(edit_address, form_data | {name: value}, headers=HTMX)

    assert reply.status_code == 422
    assert sentence in text_of(reply)
    assert "There is 1 problem" in text_of(reply)
    assert value_of(name, reply) == value
    assert stored_secret(machine).expires_at == machine.secret.expires_at


@pytest.mark.both_databases
def test_edit_secret_expired_secret_is_not_revived(
    administrator_browser, machine, edit_address, form_data, now, address
):
    insert_secrets(machine.client, 1)
    machine.client.secrets.filter(pk=machine.secret.pk).update(
        created_at=now - timedelta(days=9), expires_at=now - timedelta(minutes=2)
    )
    form_data["version"] = value_of("version", administrator_browser.get(edit_address))
    reply = administrator_browser.post(edit_address, form_data, headers=HTMX)

    assert reply.status_code == 422
    assert "This secret has expired. Add a new one." in text_of(reply)
    assert edit_address not in text_of(administrator_browser.get(address("/secrets")))


def test_edit_secret_concurrent_change_is_shown(
    administrator_browser, machine, edit_address, form_data
):
    theirs = form_data | {"secret_description": "Theirs", "never_expires": "on"}
    assert administrator_browser.post(edit_address, theirs, headers=HTMX).status_code == 204

    reply = administrator_browser.post(
        edit_address, form_data | {"secret_description": "Mine"}, headers=HTMX
    )
    text = text_of(reply)
    assert reply.status_code == 422
    assert "Someone changed this while the form was open. Nothing was saved." in text
    assert "Now: Theirs" in text
    assert "Never Expires: Now: Yes" in text
    assert stored_secret(machine).description == "Theirs"
    again = form_data | {"secret_description": "Mine", "version": value_of("version", reply)}
    assert administrator_browser.post(edit_address, again, headers=HTMX).status_code == 204


def test_edit_secret_same_description_is_a_warning(
    administrator_browser, machine, edit_address, form_data, address, now
):
    insert_secrets(machine.client, 1, description="Firmware")
    sent = form_data | {"secret_description": "Firmware"}
    assert administrator_browser.post(edit_address, sent, headers=HTMX).status_code == 204

    said = "More than one live secret is described as Firmware."
    assert said in text_of(administrator_browser.get(address("/secrets")))
    machine.client.secrets.filter(pk=machine.secret.pk).update(
        created_at=now - timedelta(days=9), expires_at=now
    )
    assert said not in text_of(administrator_browser.get(address("/secrets")))


def test_edit_secret_owner_is_allowed_and_rotator_refused(
    tenant, colleague, machine, edit_address, address
):
    ClientOwner.objects.create(client=machine.client, person=colleague)
    rotator = browser_of(make_person("rita", tenant, SECRET_ROTATOR))

    assert browser_of(colleague).get(edit_address).status_code == 200
    assert rotator.get(edit_address).status_code == 403
    assert "Edit secret" not in text_of(rotator.get(address("/secrets")))


@pytest.mark.parametrize("method", ["get", "post"])
def test_edit_secret_without_permission_or_removed_is_refused(
    administrator_browser, expect_refused, edit_address, method
):
    expect_refused(method, edit_address)
    administrator_browser.post(edit_address.replace("edit", "remove"))
    assert getattr(administrator_browser, method)(edit_address).status_code == 404
