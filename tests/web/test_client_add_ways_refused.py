"""Add Client, step 2: what is refused, and that private keys never come back. CLI-7, CRE-1."""

import json
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from clients_app.models import Client, Person, Tenant
from clients_app.rules.federation.presets import PRESETS
from tests.conftest import browser_of
from tests.responses import HTMX, text_of, value_of
from tests.web.added_ways import ADD, GITHUB, PRIVATE, PUBLIC, REGISTER, chosen, hidden_in


@pytest.mark.parametrize(
    ("typed", "sentence", "title"),
    [
        ({"way": "key"}, "Paste a public key", "Add Public Key"),
        ({"way": "key", "key": "x"}, "Paste a public key", "Add Public Key"),
        ({"way": "key", "jwks_url": "http://k.example"}, "https", "Add Public Key"),
        ({"way": "key", "key": PUBLIC, "jwks_url": "https://k.example"}, "not both", "Add Public"),
        ({"way": "key", "key": PUBLIC, "secret_description": "x" * 201}, "1 too many", "Add Pub"),
        ({"way": "key", "key": PUBLIC, "never_expires": "", "expiration": "x"}, "a date", "Add"),
        ({"way": "github", "owner": "a/b"}, "such as octo-org.", "Add Federated"),
        ({"way": "github"}, "Enter exactly one of these", "Add Federated"),
        ({"way": "github", **GITHUB, "audience": "a b"}, "one audience", "Add Federated"),
        ({"way": "other", "issuer": "x", "subject_rule": "a"}, "the issuer exactly", "Add Fed"),
        ({"way": "other", "issuer": "https://a.example", "subject_rule": "a*b"}, "* only", "Add F"),
        ({"way": "kubernetes", "jwks": "{}"}, "Use an RSA key", "Add Federated"),
    ],
)
def test_wrong_value_is_refused_beside_its_field_and_nothing_is_saved(
    administrator_browser, first, typed, sentence, title
):
    sent = {**first, "never_expires": "on", **typed}

    reply = administrator_browser.post(REGISTER, sent, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 422
    assert f"<title>Error: {title}" in text
    assert sentence in text
    assert value_of("name", reply) == "Reservoir 3 gateway"
    assert hidden_in(reply)["way"] == typed["way"]
    for name in typed.keys() & {"owner", "audience", "issuer", "subject_rule", "jwks_url"}:
        assert value_of(name, reply) == typed[name]
    assert not Client.objects.exists()


@pytest.mark.parametrize("way", ["github", "other"])
def test_policies_of_identities_are_said_in_the_second_window(administrator_browser, first, way):
    Tenant.objects.update(allowed_issuers=["https://a.example"])
    rule = {"issuer": PRESETS["github"].issuer, "subject_rule": "repo:o/r:environment:x"}
    sent = {**first, **GITHUB, **rule, "way": way, "never_expires": "on"}

    reply = administrator_browser.post(REGISTER, sent)

    assert reply.status_code == 422
    assert "allows only these issuers: https://a.example." in text_of(reply)
    assert chosen(reply) == ["identity"]
    Tenant.objects.update(allowed_issuers=[], dangerous_rules_forbidden=True)
    if way == "other":
        reply = administrator_browser.post(REGISTER, sent | {"subject_rule": "repo:o/r:*"})
        assert "forbids dangerous rules" in text_of(reply)
        assert chosen(reply) == ["identity"]
    assert not Client.objects.exists()


def test_policy_against_new_secrets_leaves_the_other_ways(administrator_browser, draft, first):
    Tenant.objects.update(new_secrets_forbidden="on")
    opened = administrator_browser.post(ADD, first)
    assert chosen(opened) == ["key"]
    assert "A policy of this tenant forbids new secrets." in text_of(opened)
    assert ">Client Secret</button>" not in text_of(opened)

    refused = administrator_browser.post(REGISTER, {**draft, "way": "secret"}, headers=HTMX)

    assert refused.status_code == 422
    assert "Step 2 of 2" in text_of(refused)
    assert "Add a public key or a federated identity instead" in text_of(refused)
    assert not Client.objects.exists()
    sent = {**draft, "way": "key", "key": PUBLIC}
    assert administrator_browser.post(REGISTER, sent).status_code == 200


def test_exempt_client_is_offered_a_secret(administrator_browser, first):
    Tenant.objects.update(new_secrets_forbidden="on")

    opened = administrator_browser.post(ADD, first | {"may_add_secrets": "on"})

    assert chosen(opened) == ["secret"]


def test_more_keys_than_fit_are_said_in_the_second_window(administrator_browser, first):
    keys = [ECKey.generate_key("P-256").as_dict(private=False) for _ in range(11)]
    sent = {**first, "way": "key", "key": json.dumps({"keys": keys}), "never_expires": "on"}

    reply = administrator_browser.post(REGISTER, sent)

    assert "at most 10 public keys" in text_of(reply)
    assert chosen(reply) == ["key"]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"expiration": "x", "never_expires": ""},
        {"preview": "github"},
        {"preview": "key"},
        {"preview": "1"},
        {"back": "1"},
        {"add_url": "redirect_uris"},
        {"name": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("field", ["key", "jwks"])
def test_private_key_never_comes_back(administrator_browser, first, field, more):
    way = "key" if field == "key" else "github"
    sent = {**first, **GITHUB, "way": way, field: PRIVATE, "never_expires": "on", **more}
    secret = PRIVATE.split("\n")[1]

    for address in (REGISTER, ADD):
        reply = administrator_browser.post(address, sent)
        assert secret not in reply.content.decode()
    assert not Client.objects.exists()


def test_private_key_does_not_survive_a_sign_in_in_between(administrator: Person, first):
    browser = browser_of(administrator, proof_age=timedelta(hours=1))
    sent = {**first, "way": "key", "key": PRIVATE, "secret_description": "Gateway 7"}

    reply = browser.post(REGISTER, sent)

    assert "Confirm your identity" in text_of(reply)
    assert PRIVATE.split("\n")[1] not in reply.content.decode()
    assert hidden_in(reply)["way"] == "key"
    assert hidden_in(reply)["secret_description"] == "Gateway 7"
