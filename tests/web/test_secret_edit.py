"""Edit Secret: description and end; a longer life asks for proof."""

import json
from datetime import UTC, timedelta

import pytest

from clients_app.models import ClientOwner, ClientSecret
from clients_app.rules.built_in_roles import SECRET_ROTATOR
from tests.conftest import browser_of
from tests.factories import insert_secrets, make_person
from tests.portal_process import PASSWORD
from tests.responses import HTMX, is_page, text_of, value_of

OLD = timedelta(minutes=10, seconds=5)


@pytest.fixture
def edit(machine, address):
    return address(f"/secrets/{machine.secret.pk}/edit")


@pytest.fixture
def typed(administrator_browser, edit):
    """What the form holds when the window opens."""
    reply = administrator_browser.get(edit)
    names = ("version", "secret_description", "expiration")
    return {name: value_of(name, reply) for name in names}


def row(machine) -> ClientSecret:
    return ClientSecret.objects.get(pk=machine.secret.pk)


def typed_date(moment) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def test_edit_secret_window_is_filled_without_the_value(administrator_browser, machine, edit):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(edit, headers=headers)
        assert is_page(reply) is not bool(headers)
        assert value_of("expiration", reply) == typed_date(machine.secret.expires_at)
        assert f"…{machine.plain[-4:]} of Wind park reader." in text_of(reply)
        assert machine.plain not in text_of(reply)


def test_edit_secret_untouched_date_keeps_its_seconds(administrator_browser, machine, edit, typed):
    typed["secret_description"] = "Firmware 4.2"
    reply = administrator_browser.post(edit, typed, headers=HTMX)

    assert reply.status_code == 204
    told = json.loads(reply["HX-Trigger"])
    assert set(told) == {"clientChanged", "windowDone", "toast"}
    assert "Firmware 4.2" in told["toast"]["text"]
    assert row(machine).description == "Firmware 4.2"
    assert row(machine).expires_at == machine.secret.expires_at


def test_edit_secret_only_a_later_expiration_asks_for_proof(
    administrator, machine, edit, typed, now
):
    browser = browser_of(administrator, proof_age=OLD)
    shorter = typed | {"expiration": typed_date(now + timedelta(days=9))}
    assert browser.post(edit, shorter, headers=HTMX).status_code == 204
    assert row(machine).expires_at < now + timedelta(days=10)

    typed["version"] = value_of("version", browser.get(edit))
    for longer in ({"expiration": typed_date(now + timedelta(days=11))}, {"never_expires": "on"}):
        asked = browser.post(edit, typed | longer, headers=HTMX)
        assert "Confirm your identity" in text_of(asked)
    assert row(machine).expires_at < now + timedelta(days=10)
    proved = typed | longer | {"proof_for": "POST", "proof": PASSWORD}
    assert browser.post(edit, proved, headers=HTMX).status_code == 204
    assert row(machine).expires_at is None


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("secret_description", "x" * 201, "201: 1 too many"),
        ("expiration", "2020-01-01 10:00", "future"),
        ("expiration", "soon", "YYYY-MM-DD"),
        ("expiration", "", "YYYY-MM-DD"),
    ],
)
def test_edit_secret_invalid_field_is_explained_and_kept(
    administrator_browser, machine, edit, typed, field, wrong, said
):
    reply = administrator_browser.post(edit, typed | {field: wrong}, headers=HTMX)

    assert reply.status_code == 422
    assert said in text_of(reply)
    assert "There is 1 problem" in text_of(reply)
    assert value_of(field, reply) == wrong
    assert row(machine).expires_at == machine.secret.expires_at


def test_edit_secret_expired_secret_is_not_revived(
    administrator_browser, machine, edit, typed, now, address
):
    insert_secrets(machine.client, 1)
    machine.client.secrets.filter(pk=machine.secret.pk).update(
        created_at=now - timedelta(days=9), expires_at=now - timedelta(minutes=2)
    )
    typed["version"] = value_of("version", administrator_browser.get(edit))
    reply = administrator_browser.post(edit, typed, headers=HTMX)

    assert reply.status_code == 422
    assert "This secret has expired. Add a new one." in text_of(reply)
    assert edit not in text_of(administrator_browser.get(address("/secrets")))


def test_edit_secret_concurrent_change_is_shown(administrator_browser, machine, edit, typed):
    theirs = typed | {"secret_description": "Theirs", "never_expires": "on"}
    assert administrator_browser.post(edit, theirs, headers=HTMX).status_code == 204

    reply = administrator_browser.post(edit, typed | {"secret_description": "Mine"}, headers=HTMX)
    text = text_of(reply)
    assert reply.status_code == 422
    assert "Someone changed this while the form was open. Nothing was saved." in text
    assert "Now: Theirs" in text
    assert "Never Expires: Now: Yes" in text
    assert row(machine).description == "Theirs"
    again = typed | {"secret_description": "Mine", "version": value_of("version", reply)}
    assert administrator_browser.post(edit, again, headers=HTMX).status_code == 204


def test_edit_secret_same_description_is_a_warning(
    administrator_browser, machine, edit, typed, address, now
):
    insert_secrets(machine.client, 1, description="Firmware")
    sent = typed | {"secret_description": "Firmware"}
    assert administrator_browser.post(edit, sent, headers=HTMX).status_code == 204

    said = "More than one live secret is described as Firmware."
    assert said in text_of(administrator_browser.get(address("/secrets")))
    machine.client.secrets.filter(pk=machine.secret.pk).update(
        created_at=now - timedelta(days=9), expires_at=now
    )
    assert said not in text_of(administrator_browser.get(address("/secrets")))


def test_edit_secret_owner_is_allowed_and_rotator_refused(
    tenant, colleague, machine, edit, address
):
    ClientOwner.objects.create(client=machine.client, person=colleague)
    rotator = browser_of(make_person("rita", tenant, SECRET_ROTATOR))

    assert browser_of(colleague).get(edit).status_code == 200
    assert rotator.get(edit).status_code == 403
    assert "Edit secret" not in text_of(rotator.get(address("/secrets")))


@pytest.mark.parametrize("method", ["get", "post"])
def test_edit_secret_without_permission_or_removed_is_refused(
    administrator_browser, colleague_browser, stranger_browser, client, machine, edit, method
):
    assert getattr(colleague_browser, method)(edit).status_code == 403
    assert getattr(stranger_browser, method)(edit).status_code == 404
    assert getattr(client, method)(edit).status_code in (303, 403)
    administrator_browser.post(edit.replace("edit", "remove"))
    assert getattr(administrator_browser, method)(edit).status_code == 404
