"""Add Client, step 2: a secret, a public key or a federated identity. CLI-7, CRE-1, FED-5."""

import re
from typing import Any

import pytest

from clients_app import conf
from clients_app.models import AuditEvent, Client
from clients_app.rules.federation.presets import PRESETS
from tests.responses import HTMX, is_page, text_of, value_of
from tests.web.added_ways import ADD, EC, GITHUB, PUBLIC, REGISTER, chosen, hidden_in

HYBRID = {"redirect_uris": ["https://app.example/callback"]}


def inputs_of(reply: Any) -> dict[str, str]:
    """Return what the form of the page would send, except text areas and ticks."""
    return dict(
        re.findall(
            r'<input(?=[^>]* name="([\w.]+)")(?=[^>]* value="([^"]*)")(?![^>]* type="checkbox")',
            text_of(reply),
        )
    )


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "window"])
def test_second_window_begins_with_a_secret_and_offers_the_other_ways(
    administrator_browser, first, headers
):
    reply = administrator_browser.post(ADD, first, headers=headers)

    assert is_page(reply) is not bool(headers)
    assert chosen(reply) == ["secret"]
    for label in ("Client Secret", "Public Key", "Federated Identity"):
        assert f">{label}</button>" in text_of(reply)
    assert "How will Reservoir 3 gateway prove itself?" in text_of(reply)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "window"])
@pytest.mark.parametrize(
    ("way", "title", "kind"),
    [
        ("secret", "Add Secret", "secret"),
        ("key", "Add Public Key", "key"),
        ("identity", "Add Federated Identity", "identity"),
        *((preset, "Add Federated Identity", "identity") for preset in PRESETS),
    ],
)
def test_each_way_has_its_window_and_saves_nothing(
    administrator_browser, first, way, title, kind, headers
):
    reply = administrator_browser.post(REGISTER, {**first, "preview": way}, headers=headers)

    text = text_of(reply)
    assert (reply.status_code, is_page(reply)) == (200, not headers)
    assert f"<title>{title} · Portal</title>" in text
    assert "Step 2 of 2" in text
    assert chosen(reply) == [kind]
    assert f'formaction="{ADD}"' in text  # Back
    assert ("The client is created when you select Add." in text) is True
    assert value_of("name", reply) == "Reservoir 3 gateway"
    assert hidden_in(reply)["way"] == way
    for field in PRESETS[way].fields if way in PRESETS and way != "other" else ():
        assert f'name="{field.name}"' in text
    assert not Client.objects.exists()


def test_list_of_platforms_has_each_and_no_add(administrator_browser, first):
    reply = administrator_browser.post(REGISTER, {**first, "preview": "identity"})

    for preset in PRESETS:
        assert f'name="preview" value="{preset}"' in text_of(reply)
    assert ">Add</button>" not in text_of(reply).partition("dialog-foot")[2]
    sent = administrator_browser.post(REGISTER, {**first, "way": "identity"})
    assert "Which platform does it run on?" in text_of(sent)
    assert not Client.objects.exists()


def test_defaults_of_a_way_are_its_own_whatever_was_shown_before(administrator_browser, first, now):
    secret = administrator_browser.post(ADD, first)
    github = administrator_browser.post(REGISTER, {**inputs_of(secret), "preview": "github"})
    kubernetes = administrator_browser.post(
        REGISTER, {**inputs_of(github), "preview": "kubernetes"}
    )

    assert value_of("expiration", secret).startswith(str(now.year + 1))
    assert re.search(r'name="never_expires" checked', text_of(github))
    assert value_of("issuer", github) == PRESETS["github"].issuer
    assert value_of("issuer", kubernetes) == ""
    assert value_of("audience", kubernetes) == conf.issuer()


def test_what_was_typed_for_a_way_is_there_again(administrator_browser, first):
    typed = {**first, "zone": "UTC", "secret_description": "Firmware", "expiration": "soon"}
    key = administrator_browser.post(REGISTER, {**typed, "preview": "key"})
    sent = {**inputs_of(key), "key": PUBLIC, "secret_description": "Gateway 7"}
    github = administrator_browser.post(REGISTER, {**sent, "preview": "github"})
    sent = {**inputs_of(github), **GITHUB, "issuer": "https://ghe.example/_services/token"}
    sent |= {"key.key": PUBLIC}  # as browsers send its lines
    gitlab = administrator_browser.post(REGISTER, {**sent, "preview": "gitlab"})
    sent = {**inputs_of(gitlab), "key.key": PUBLIC}

    back = administrator_browser.post(ADD, {**sent, "back": "1"})
    assert "Step 1 of 2" in text_of(back)
    again = administrator_browser.post(ADD, {**inputs_of(back), "key.key": PUBLIC, "roles": []})
    assert chosen(again) == ["identity"]
    sent = {**inputs_of(again), "key.key": PUBLIC}

    key = administrator_browser.post(REGISTER, {**sent, "preview": "key"})
    assert PUBLIC in key.content.decode()
    assert value_of("secret_description", key) == "Gateway 7"
    secret = administrator_browser.post(REGISTER, {**sent, "preview": "secret"})
    assert value_of("secret_description", secret) == "Firmware"
    assert value_of("expiration", secret) == "soon"
    github = administrator_browser.post(REGISTER, {**sent, "preview": "github"})
    assert value_of("owner", github) == "octo-org"
    assert value_of("issuer", github) == "https://ghe.example/_services/token"


def test_add_with_a_key_shows_how_to_connect(administrator_browser, first):
    sent = {**first, "way": "key", "key": PUBLIC, "never_expires": "on", "secret_description": "G"}

    reply = administrator_browser.post(REGISTER, sent, headers=HTMX)

    client, text = Client.objects.get(), text_of(reply)
    assert (reply.status_code, reply["HX-Trigger"]) == (200, '{"clientCreated": {}}')
    assert client.keys.get().thumbprint == EC.thumbprint()
    assert not client.secrets.exists()
    assert "Client Successfully Created" in text
    for value in (str(client.pk), conf.issuer(), f"{conf.issuer()}/connect/token"):
        assert f">{value}</code>" in text
    assert "with ES256 and its private key" in text
    assert "CLIENT_SECRET" not in text
    recorded = AuditEvent.objects.filter(client_id=client.pk).values_list("action", flat=True)
    assert set(recorded) == {"client.added", "client.key.added"}


def test_add_with_a_platform_shows_its_job(administrator_browser, first):
    sent = {**first, **GITHUB, "way": "github", "never_expires": "on"}

    reply = administrator_browser.post(REGISTER, sent)

    client, text = Client.objects.get(), text_of(reply)
    assert is_page(reply)
    assert client.identities.get().subject_rule == "repo:octo-org/octo-repo:environment:production"
    assert client.identities.get().expires_at is None
    assert ".github/workflows/token.yml" in text
    assert "id-token" in text


def test_add_with_the_rules_themselves(administrator_browser, first):
    rule = {"issuer": "https://ci.example", "subject_rule": "job:build", "claim_rules": "ref = x"}
    sent = {**first, **rule, "way": "other", "never_expires": "on"}
    checked = administrator_browser.post(REGISTER, {**sent, "preview": "1"}, headers=HTMX)
    assert "Safe: accepts one subject." in text_of(checked)
    assert chosen(checked) == ["identity"]
    assert not Client.objects.exists()

    administrator_browser.post(REGISTER, sent)

    identity = Client.objects.get().identities.get()
    assert (identity.subject_rule, identity.claim_rules) == ("job:build", {"ref": "x"})


def test_form_that_is_sent_twice_adds_one_client(administrator_browser, first):
    sent = {**first, "way": "key", "key": PUBLIC, "never_expires": "on"}
    administrator_browser.post(REGISTER, sent)
    reply = administrator_browser.post(REGISTER, sent, headers=HTMX)

    assert reply.status_code == 409
    assert "Already Added" in text_of(reply)
    assert "secret" not in text_of(reply).partition("</title>")[2].lower()
    assert Client.objects.get().keys.count() == 1


def test_hybrid_client_begins_with_a_key_too(administrator_browser, first):
    sent = {**first, **HYBRID, "way": "key", "key": PUBLIC, "never_expires": "on"}
    assert chosen(administrator_browser.post(f"{ADD}/hybrid", {**sent})) == ["key"]

    reply = administrator_browser.post(f"{REGISTER}/hybrid", sent)

    assert Client.objects.get().keys.count() == 1
    assert "Client Successfully Created" in text_of(reply)


def test_application_without_credentials_has_no_second_window(administrator_browser, first):
    sent = {**first, **HYBRID, "way": "key", "key": PUBLIC, "preview": "key"}

    reply = administrator_browser.post(f"{REGISTER}/authorization-code", sent)
    assert "Step 2" not in text_of(reply)
    del sent["preview"]
    administrator_browser.post(f"{REGISTER}/authorization-code", sent)
    assert not Client.objects.get().keys.exists()


@pytest.mark.parametrize("way", ["nothing", "", "KEY", "other.issuer"])
def test_unknown_way_is_a_secret(administrator_browser, draft, way):
    for named in ({"way": way}, {"way": way, "preview": way}):
        reply = administrator_browser.post(REGISTER, {**draft, "expiration": "x", **named})
        assert chosen(reply) == ["secret"]


def test_long_names_are_shown_whole(administrator_browser, first):
    first["name"] = "W" * 200

    reply = administrator_browser.post(REGISTER, {**first, "preview": "github"})

    assert f"How will {'W' * 200} prove itself?" in text_of(reply)
