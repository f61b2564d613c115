"""Federated identities on the screens: adding by a platform, editing the rules, removing. FED-5."""

import json

import pytest

from clients_app import conf
from clients_app.models import Client, FederatedIdentity, Tenant
from clients_app.rules.federation.presets import PRESETS
from tests.credentials import insert_identities
from tests.factories import make_application
from tests.responses import HTMX, is_page, text_of, value_of

ADDED = {"form_key": "a-key-of-this-very-form", "never_expires": "on"}
GITHUB = {**ADDED, "owner": "octo-org", "repository": "octo-repo", "environment": "production"}


def identity_of(client: Client) -> FederatedIdentity:
    return client.identities.get()


def test_platforms_are_links_to_their_forms(administrator_browser, address):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(address("/identities/add"), headers=headers)
        assert is_page(reply) is not bool(headers)
        for preset in PRESETS:
            assert address(f"/identities/add/{preset}") in text_of(reply)


@pytest.mark.parametrize("preset", PRESETS)
def test_each_platform_has_a_form_with_its_issuer(administrator_browser, address, preset):
    reply = administrator_browser.get(address(f"/identities/add/{preset}"))

    assert reply.status_code == 200
    assert value_of("issuer", reply) == PRESETS[preset].issuer
    assert value_of("audience", reply) == conf.issuer()
    for field in PRESETS[preset].fields if preset != "other" else ():
        assert f"Such as {field.example}" in text_of(reply)


def test_github_form_adds_a_rule_with_its_grade(administrator_browser, address, machine):
    reply = administrator_browser.post(address("/identities/add/github"), GITHUB, headers=HTMX)

    assert reply.status_code == 204
    assert set(json.loads(reply["HX-Trigger"])) == {"clientChanged", "windowDone", "toast"}
    identity = identity_of(machine.client)
    assert identity.subject_rule == "repo:octo-org/octo-repo:environment:production"
    assert (identity.preset, identity.audience) == ("github", conf.issuer())
    assert identity.issuer == "https://token.actions.githubusercontent.com"
    assert identity.expires_at is None
    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "repo:octo-org/octo-repo:environment:production" in shown
    assert "Safe: accepts one branch or environment of one repository." in shown


def test_form_without_javascript_goes_back_to_the_secrets(administrator_browser, address):
    reply = administrator_browser.post(address("/identities/add/github"), GITHUB)

    assert (reply.status_code, reply["Location"]) == (303, address("/secrets"))


def test_form_that_is_sent_twice_adds_one(administrator_browser, address, machine):
    path = address("/identities/add/github")
    administrator_browser.post(path, GITHUB)

    page, window = (administrator_browser.post(path, GITHUB, headers=some) for some in ({}, HTMX))

    assert machine.client.identities.count() == 1
    assert (page.status_code, page["Location"]) == (303, address("/secrets"))
    assert window.status_code == 204
    assert "Already saved when it was first sent." in window["HX-Trigger"]


def test_form_of_a_platform_shows_all_that_is_missing_at_once(administrator_browser, address):
    reply = administrator_browser.post(
        address("/identities/add/github"), {"owner": "a/b", "never_expires": "on"}
    )

    shown = text_of(reply)
    assert "There are 3 problems" in shown
    for name in ("owner", "repository", "environment"):
        assert f'id="id_{name}_error"' in shown


@pytest.mark.parametrize(
    ("preset", "typed", "sentence"),
    [
        ("github", {"owner": "a/b"}, "Enter a value such as octo-org."),
        ("github", {"branch": "main"}, "Enter exactly one of these: Environment, Branch, Tag."),
        ("github", {"issuer": "http://git.example"}, "Enter the issuer exactly"),
        ("github", {"audience": "a b"}, "Enter one audience, without spaces."),
        ("github", {"expiration": "x", "never_expires": ""}, "Enter a date and time as"),
        ("kubernetes", {"namespace": "a", "service_account": "b"}, "Enter the issuer exactly"),
        ("other", {"issuer": "https://a.example", "subject_rule": "a*b"}, "Enter * only at"),
        ("other", {"subject_rule": "a", "claim_rules": "ref"}, "Enter each claim once"),
        ("other", {"subject_rule": "a", "claim_rules": "a = b\na = c"}, "Enter each claim once"),
    ],
)
def test_wrong_value_is_shown_beside_its_field_and_kept(
    administrator_browser, address, machine, preset, typed, sentence
):
    sent = {**(GITHUB if preset == "github" else ADDED), **typed}

    reply = administrator_browser.post(address(f"/identities/add/{preset}"), sent, headers=HTMX)

    assert reply.status_code == 422
    assert sentence in text_of(reply)
    for name in typed.keys() - {"never_expires", "claim_rules"}:
        assert value_of(name, reply) == typed[name]
    assert not machine.client.identities.exists()


def test_policy_that_forbids_is_a_sentence_in_the_form(administrator_browser, address, machine):
    Tenant.objects.update(dangerous_rules_forbidden=True, allowed_issuers=["https://a.example"])
    rule = {**ADDED, "issuer": "https://a.example", "subject_rule": "*"}

    reply = administrator_browser.post(address("/identities/add/github"), GITHUB)
    assert "allows only these issuers: https://a.example." in text_of(reply)
    reply = administrator_browser.post(address("/identities/add/other"), rule)
    assert "forbids dangerous rules" in text_of(reply)
    assert not machine.client.identities.exists()


def test_check_the_rule_shows_the_grade_and_saves_nothing(administrator_browser, address, machine):
    rule = {
        **ADDED,
        "issuer": "https://token.actions.githubusercontent.com",
        "subject_rule": "repo:o/r:*",
        "preview": "1",
    }

    reply = administrator_browser.post(address("/identities/add/other"), rule, headers=HTMX)

    assert reply.status_code == 200
    assert "Dangerous: lets in pull requests" in text_of(reply)
    assert value_of("subject_rule", reply) == "repo:o/r:*"
    assert not machine.client.identities.exists()


def test_unknown_platform_is_not_found(administrator_browser, address):
    assert administrator_browser.get(address("/identities/add/nothing")).status_code == 404


def test_edit_shows_the_rules_and_saves_others(administrator_browser, address, machine):
    [identity] = insert_identities(
        machine.client, 1, expires_at=None, claim_rules={"ref": "main", "a": "b=c"}
    )
    edit = address(f"/identities/{identity.pk}/edit")
    opened = administrator_browser.get(edit)
    assert value_of("subject_rule", opened) == "job:build"
    assert "ref = main\na = b=c</textarea>" in opened.content.decode()
    names = ("version", "issuer", "audience", "expiration")
    typed = {name: value_of(name, opened) for name in names}

    reply = administrator_browser.post(
        edit,
        {
            **typed,
            "never_expires": "on",
            "subject_rule": "job:*",
            "claim_rules": "a = b=c\r\n\r\nhttps://a.example/.b = d",
        },
        headers=HTMX,
    )

    assert reply.status_code == 204
    identity.refresh_from_db()
    assert identity.subject_rule == "job:*"
    assert identity.claim_rules == {"a": "b=c", "https://a.example/.b": "d"}


def test_edit_from_a_stale_form_shows_what_is_there_now(administrator_browser, address, machine):
    [identity] = insert_identities(machine.client, 1, expires_at=None)
    edit = address(f"/identities/{identity.pk}/edit")
    typed = {"version": "0", "issuer": identity.issuer, "subject_rule": "new", **ADDED}

    reply = administrator_browser.post(edit, typed, headers=HTMX)

    assert reply.status_code == 422
    assert "Now: job:build" in text_of(reply)


def test_remove_shows_the_rules_then_removes(administrator_browser, address, machine):
    [identity] = insert_identities(machine.client, 1)
    remove = address(f"/identities/{identity.pk}/remove")
    assert "job:build" in text_of(administrator_browser.get(remove))

    assert administrator_browser.post(remove, headers=HTMX).status_code == 204
    assert not machine.client.identities.present().exists()
    assert administrator_browser.post(remove, headers=HTMX).status_code == 404


def test_client_with_an_identity_and_no_secret_is_not_called_unable(
    administrator_browser, address, machine, now
):
    machine.client.secrets.update(removed_at=now, removed_by="x")
    assert "it cannot request tokens" in text_of(administrator_browser.get(address("/secrets")))
    insert_identities(machine.client, 1)

    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "it cannot request tokens" not in shown


def test_client_without_credentials_has_no_such_windows(administrator_browser, address, tenant):
    public = make_application("App", tenant, client_type="authorization-code")

    assert administrator_browser.get(address("/identities/add", public)).status_code == 404
