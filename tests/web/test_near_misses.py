"""Near misses and pasted tokens on the screens: what is wrong, and a rule that fits. FED-5."""

import json

import pytest
from joserfc.jwk import ECKey

from clients_app import conf
from clients_app.models import Client, ClientKey, FederatedIdentity, NearMiss
from tests.credentials import insert_identities, insert_keys
from tests.responses import HTMX, text_of, value_of

ADDED = {"form_key": "a-key-of-this-very-form", "never_expires": "on"}


def identity_of(client: Client) -> FederatedIdentity:
    return client.identities.get()


def near_miss(client: Client, identity: FederatedIdentity, now, **verdict: str) -> NearMiss:
    whole = {"claim": "sub", "sent": "job:test", "expected": identity.subject_rule}
    return NearMiss.objects.create(
        client=client,
        identity=identity,
        at=now,
        address="192.0.2.7",
        verdicts=[{**whole, "problem": "subject rule", **verdict}],
    )


def test_near_miss_is_shown_with_a_rule_that_fits_and_saved_by_a_person(
    administrator_browser, address, machine, now
):
    [identity] = insert_identities(machine.client, 1, expires_at=None, audience=conf.issuer())
    missed = near_miss(machine.client, identity, now)
    edit = address(f"/identities/{identity.pk}/edit?near_miss={missed.pk}")

    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "from 192.0.2.7" in shown
    assert "job:test" in shown
    assert "Make the rule fit, if this machine may have tokens." in shown
    assert edit in shown
    opened = administrator_browser.get(edit)
    assert value_of("subject_rule", opened) == "job:test"
    assert "Safe: accepts one subject." in text_of(opened)
    assert "Current Subject: <code" in text_of(opened)
    assert "tokens that fit only the current rules will be refused" in text_of(opened)
    identity.refresh_from_db()
    assert identity.subject_rule == "job:build"
    names = ("version", "issuer", "audience", "subject_rule", "expiration")
    typed = {name: value_of(name, opened) for name in names}

    saved = administrator_browser.post(edit, {**typed, "never_expires": "on"}, headers=HTMX)

    assert saved.status_code == 204
    identity.refresh_from_db()
    assert identity.subject_rule == "job:test"
    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "The rules accept such a token now." in shown
    assert "Make the rule fit" not in shown
    assert edit not in shown


def test_rules_that_fit_a_token_for_somebody_else_do_not_promise_to_accept_it(
    administrator_browser, address, machine, now
):
    [identity] = insert_identities(machine.client, 1)
    missed = near_miss(machine.client, identity, now)
    missed.verdicts.insert(
        0, {"claim": "aud", "sent": "other", "expected": "ours", "problem": "platform audience"}
    )
    missed.save()

    opened = administrator_browser.get(
        address(f"/identities/{identity.pk}/edit?near_miss={missed.pk}")
    )

    assert value_of("subject_rule", opened) == "job:test"
    assert "The rules below are changed to fit the token. Nothing is saved yet." in text_of(opened)


def test_near_miss_that_no_rule_mends_has_no_button(administrator_browser, address, machine, now):
    [identity] = insert_identities(machine.client, 1)
    near_miss(machine.client, identity, now, claim="exp", sent="x", problem="expired")

    shown = text_of(administrator_browser.get(address("/secrets")))

    assert "The JWT has expired. Make a new one, and compare the clocks." in shown
    assert "The rules accept such a token now." not in shown
    assert "near_miss=" not in shown


def test_near_miss_of_a_key_is_mended_by_a_switch(administrator_browser, address, machine, now):
    [key] = insert_keys(machine.client, 1, expires_at=None)
    token_endpoint = {"claim": "aud", "sent": "x", "expected": "y", "problem": "token endpoint"}
    no_type = {"claim": "typ", "sent": "", "expected": "z", "problem": "type"}
    NearMiss.objects.create(
        client=machine.client, key=key, at=now, verdicts=[no_type, token_endpoint]
    )
    switched = Client.objects.filter(pk=machine.client.pk)

    switched.update(demands_assertion_type=True)
    refused = text_of(administrator_browser.get(address("/secrets")))
    switched.update(demands_assertion_type=False, accepts_token_endpoint_audience=True)
    mended = text_of(administrator_browser.get(address("/secrets")))

    assert "Send a JWT of the expected type." in refused
    assert "Send the issuer as aud, not the token endpoint." in refused
    assert "Send a JWT of the expected type." not in mended
    assert "Send the issuer as aud, not the token endpoint." not in mended
    assert "The rules accept such a token now." in mended
    ClientKey.objects.filter(pk=key.pk).update(removed_at=now)
    assert "The rules accept" not in text_of(administrator_browser.get(address("/secrets")))


def test_claims_that_are_absent_and_fit_are_not_listed(
    administrator_browser, address, machine, now
):
    [identity] = insert_identities(machine.client, 1, expires_at=None)
    missed = near_miss(machine.client, identity, now)
    absent = [{"claim": name, "sent": "", "expected": "", "problem": ""} for name in ("nbf", "iat")]
    NearMiss.objects.filter(pk=missed.pk).update(verdicts=[*missed.verdicts, *absent])

    shown = text_of(administrator_browser.get(address("/secrets")))

    assert "job:test" in shown
    assert "nbf" not in shown
    assert "iat" not in shown


def test_near_miss_that_no_known_key_signed_says_so(administrator_browser, address, machine, now):
    [identity] = insert_identities(machine.client, 1)
    near_miss(machine.client, identity, now)
    NearMiss.objects.update(is_signed=False, identity=None)

    shown = text_of(administrator_browser.get(address("/secrets")))

    assert "No key known here signed this, so anyone could have sent it." in shown
    assert "near_miss=" not in shown


@pytest.mark.parametrize("named", ["0", "x", "-1", "9" * 40, ""])
def test_near_miss_that_is_not_there_is_not_found_or_ignored(
    administrator_browser, address, machine, named
):
    [identity] = insert_identities(machine.client, 1, expires_at=None)

    reply = administrator_browser.get(address(f"/identities/{identity.pk}/edit?near_miss={named}"))

    assert reply.status_code == (404 if named == "0" else 200)


def test_pasted_token_shows_what_is_wrong_and_never_comes_back(
    administrator_browser, address, machine
):
    [identity] = insert_identities(machine.client, 1, description="Build job")
    token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.c2lnbg"

    reply = administrator_browser.post(address("/token-trial"), {"token": token}, headers=HTMX)

    assert reply.status_code == 200
    assert "Build job" in text_of(reply)
    assert "The keys have not been fetched yet." in text_of(reply)
    assert token not in reply.content.decode()
    assert f'href="{address(f"/identities/{identity.pk}/edit")}"' in text_of(reply)
    wrong = administrator_browser.post(address("/token-trial"), {"token": "no token"})
    assert wrong.status_code == 422
    assert "This is not a JSON Web Token." in text_of(wrong)
    assert "no token" not in text_of(wrong)


def test_private_key_in_place_of_the_issuers_keys_is_refused_and_not_shown(
    administrator_browser, address, machine
):
    private = json.dumps(ECKey.generate_key("P-256").as_dict(private=True))
    typed = {**ADDED, "namespace": "a", "service_account": "b", "issuer": "https://k.example"}

    reply = administrator_browser.post(
        address("/identities/add/kubernetes"), {**typed, "jwks": private}, headers=HTMX
    )

    assert reply.status_code == 422
    assert "This is a private key" in text_of(reply)
    assert json.loads(private)["d"] not in reply.content.decode()
    assert not machine.client.identities.exists()


def test_pasted_keys_of_an_issuer_are_kept_as_public_ones(administrator_browser, address, machine):
    public = json.dumps(ECKey.generate_key("P-256", {"kid": "one"}).as_dict(private=False))
    typed = {**ADDED, "namespace": "a", "service_account": "b", "issuer": "https://k.example"}

    administrator_browser.post(
        address("/identities/add/kubernetes"), {**typed, "jwks": public}, headers=HTMX
    )

    identity = identity_of(machine.client)
    assert [key["kid"] for key in identity.jwks["keys"]] == ["one"]
    edit = administrator_browser.get(address(f"/identities/{identity.pk}/edit"))
    assert json.loads(public)["x"] in edit.content.decode()
