"""Public keys on the screens: adding, editing and removing them. CRE-1, CRE-2."""

import json
import logging
import re
import subprocess
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from clients_app.models import ClientKey, FederatedIdentity, TokenUsage
from clients_app.rules.jwts import to_base64url
from tests.conftest import browser_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_application
from tests.responses import HTMX, is_page, text_of, value_of
from tests.web.conftest import record_use

ADDED = {"form_key": "a-key-of-this-very-form", "never_expires": "on"}
EC = ECKey.generate_key("P-256")
SHORT = json.dumps({"kty": "RSA", "e": "AQAB", "n": to_base64url(b"\xff" * 128)})
PUBLIC = EC.as_pem(private=False).decode()


def key_of(machine) -> ClientKey:
    return machine.client.keys.get()


def test_window_opens_as_a_page_and_as_a_part(administrator_browser, address):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(address("/keys/add"), headers=headers)
        assert is_page(reply) is not bool(headers)
        assert "Never paste a private key." in text_of(reply)


@pytest.mark.parametrize(("unused", "kty"), [("-algorithm RSA", "EC"), ("-algorithm EC", "RSA")])
def test_commands_of_the_window_make_a_key_that_is_added(
    administrator_browser, address, machine, tmp_path, unused, kty
):
    page = text_of(administrator_browser.get(address("/keys/add")))
    commands = re.findall(r"^openssl (?:.*\\\n)*.*$", page, re.MULTILINE)

    script = "\n".join(one for one in commands if unused not in one)
    subprocess.run(
        ["sh", "-ec", script.removesuffix("</pre></div>")],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    public = (tmp_path / "public-key.pem").read_text()
    administrator_browser.post(address("/keys/add"), {**ADDED, "key": public})

    assert key_of(machine).jwk["kty"] == kty


@pytest.mark.parametrize(
    "pasted", [PUBLIC, json.dumps(EC.as_dict(private=False))], ids=["PEM", "JWK"]
)
def test_pasted_key_is_added_and_listed(administrator_browser, address, machine, pasted):
    sent = {**ADDED, "key": pasted, "secret_description": "Gateway 7"}

    reply = administrator_browser.post(address("/keys/add"), sent, headers=HTMX)

    assert reply.status_code == 204
    assert set(json.loads(reply["HX-Trigger"])) == {"clientChanged", "windowDone", "toast"}
    assert key_of(machine).thumbprint == EC.thumbprint()
    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "Gateway 7" in shown
    assert EC.thumbprint() in shown


def test_address_of_a_key_set_is_added(administrator_browser, address, machine):
    url = "https://keys.example/jwks.json"

    reply = administrator_browser.post(address("/keys/add"), {**ADDED, "jwks_url": url})

    assert (reply.status_code, reply["Location"]) == (303, address("/secrets"))
    assert key_of(machine).jwks_url == url


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Paste a public key"),
        ({"key": "x"}, "Paste a public key"),
        ({"key": SHORT}, "2048"),
        ({"key": PUBLIC, "jwks_url": "https://keys.example"}, "not both"),
        ({"jwks_url": "http://keys.example"}, "https"),
        ({"key": PUBLIC, "expiration": "x", "never_expires": ""}, "Enter a date and time as"),
    ],
)
def test_wrong_value_is_refused_beside_its_field(
    administrator_browser, address, machine, typed, sentence
):
    reply = administrator_browser.post(address("/keys/add"), {**ADDED, **typed}, headers=HTMX)

    assert reply.status_code == 422
    assert sentence in text_of(reply)
    assert not machine.client.keys.exists()


@pytest.mark.parametrize("form", ["PEM", "JWK"])
def test_private_key_is_refused_and_never_comes_back(
    administrator_browser, address, machine, form, caplog, dump_of_every_table
):
    caplog.set_level(logging.DEBUG)
    jwk = EC.as_dict(private=True)
    private = EC.as_pem(private=True).decode() if form == "PEM" else json.dumps(jwk)

    reply = administrator_browser.post(address("/keys/add"), {**ADDED, "key": private})

    assert reply.status_code == 422
    assert "This is a private key" in text_of(reply)
    for secret in (jwk["d"], private.split("\n")[1] if form == "PEM" else jwk["d"]):
        assert secret not in reply.content.decode() + caplog.text + dump_of_every_table()
    assert not machine.client.keys.exists()


def test_private_key_does_not_survive_a_sign_in_in_between(administrator, address, machine):
    browser = browser_of(administrator, proof_age=timedelta(hours=1))
    private = EC.as_pem(private=True).decode()

    reply = browser.post(address("/keys/add"), {**ADDED, "key": private, "jwks_url": "kept"})

    assert private.split("\n")[1] not in reply.content.decode()


def test_edit_changes_the_description(administrator_browser, address, machine):
    [key] = insert_keys(machine.client, 1, expires_at=None)
    edit = address(f"/keys/{key.pk}/edit")
    opened = administrator_browser.get(edit)
    typed = {"version": value_of("version", opened), "never_expires": "on"}

    reply = administrator_browser.post(
        edit, {**typed, "secret_description": "Gateway 8"}, headers=HTMX
    )

    assert reply.status_code == 204
    assert key_of(machine).description == "Gateway 8"


def test_remove_names_the_key_then_removes_it(administrator_browser, address, machine):
    [key] = insert_keys(machine.client, 1)
    remove = address(f"/keys/{key.pk}/remove")
    assert key.thumbprint in text_of(administrator_browser.get(remove))

    assert administrator_browser.post(remove, headers=HTMX).status_code == 204
    assert not machine.client.keys.present().exists()
    assert administrator_browser.post(remove, headers=HTMX).status_code == 404


def test_last_use_of_keys_and_identities_is_shown(administrator_browser, address, machine, now):
    [key] = insert_keys(machine.client, 1)
    [identity] = insert_identities(machine.client, 1)
    assert text_of(administrator_browser.get(address("/secrets"))).count("Never used") == 3
    for used, address_used in ((key, "192.0.2.8"), (identity, "192.0.2.9")):
        kind = "identity" if isinstance(used, FederatedIdentity) else "key"
        TokenUsage.objects.create(
            client=machine.client,
            hour=now.replace(minute=0, second=0, microsecond=0),
            tokens=1,
            last_at=now,
            last_address=address_used,
            **{kind: used},
        )

    shown = text_of(administrator_browser.get(address("/secrets")))

    assert "from 192.0.2.8" in shown
    assert "from 192.0.2.9" in shown
    assert 'Secrets<span class="count">3</span>' in shown


def test_client_without_credentials_has_no_such_window(administrator_browser, address, tenant):
    public = make_application("App", tenant, client_type="authorization-code")

    assert administrator_browser.get(address("/keys/add", public)).status_code == 404


def test_rotation_adds_a_key_and_shows_both_until_the_old_one_is_idle(
    administrator_browser, address, machine, now
):
    [old] = insert_keys(machine.client, 1, description="Gateway 7")
    rotate = address(f"/keys/{old.pk}/rotate")
    assert f'href="{rotate}"' in text_of(administrator_browser.get(address("/secrets")))
    for headers in ({}, HTMX):
        reply = administrator_browser.get(rotate, headers=headers)
        assert is_page(reply) is not bool(headers)
        assert "sets when Gateway 7 expires" in text_of(reply)
    record_use(old, now, address="192.0.2.8")

    sent = {**ADDED, "key": PUBLIC, "old": "7d", "secret_description": "Gateway 8"}
    assert administrator_browser.post(rotate, sent, headers=HTMX).status_code == 204

    new = machine.client.keys.get(replaces=old)
    assert (new.thumbprint, new.description) == (EC.thumbprint(), "Gateway 8")
    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "The old key is still in use" in shown
    assert "192.0.2.8 used it" in shown
    assert "Tokens by public key" in shown
    assert "replaced by Gateway 8" in shown
    assert f'href="{rotate}"' not in shown
    assert f'href="{address(f"/keys/{old.pk}/edit")}"' in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"key": PUBLIC, "old": ""}, "Choose when the old key stops working."),
        ({"key": PUBLIC, "old": "date", "old_end": "x"}, "Enter a date and time as"),
        ({"old": "now"}, "Paste a public key"),
    ],
)
def test_rotation_refuses_a_wrong_value_beside_its_field(
    administrator_browser, address, machine, typed, sentence
):
    [old] = insert_keys(machine.client, 1)

    reply = administrator_browser.post(
        address(f"/keys/{old.pk}/rotate"), {**ADDED, **typed}, headers=HTMX
    )

    assert reply.status_code == 422
    assert sentence in text_of(reply)
    assert machine.client.keys.count() == 1
