"""Connect: what a machine needs to prove a client by a key or an identity. FED-9."""

import html
import json
import re
from typing import Any

import pytest
import yaml
from joserfc.jwk import ECKey, OKPKey, RSAKey

from clients_app import conf
from clients_app.rules.federation.presets import PRESETS
from tests.credentials import insert_identities, insert_keys
from tests.factories import let_call, make_api
from tests.responses import HTMX, is_page, text_of

FILES = {"github", "gitlab", "bitbucket", "circleci", "kubernetes"}


def programs_of(reply: Any) -> dict[str, str]:
    found = re.findall(r'<pre data-lang="(\w+)"[^>]*>(.*?)</pre>', text_of(reply), re.DOTALL)
    return {name: html.unescape(re.sub("<[^>]+>", "", text)) for name, text in found}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "window"])
def test_connect_by_a_key_is_a_page_and_a_fragment(
    administrator_browser, address, machine, headers
):
    [key] = insert_keys(
        machine.client, 1, jwk=ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "one"}
    )

    reply = administrator_browser.get(address(f"/keys/{key.pk}/connect"), headers=headers)

    assert is_page(reply) is not bool(headers)
    assert list(programs_of(reply)) == ["python", "node", "curl", "env"]
    for value in (str(machine.client.pk), conf.issuer(), f"{conf.issuer()}/connect/token"):
        assert f">{value}</code>" in text_of(reply)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ECKey.generate_key("P-256"), "ES256"),
        (RSAKey.generate_key(2048), "RS256"),
        (OKPKey.generate_key("Ed25519"), "EdDSA"),
    ],
    ids=["EC", "RSA", "OKP"],
)
def test_programs_sign_with_what_fits_the_key(
    administrator_browser, address, machine, key, algorithm
):
    jwk = {**key.as_dict(private=False), "kid": "one"}
    [row] = insert_keys(machine.client, 1, jwk=jwk)

    programs = programs_of(administrator_browser.get(address(f"/keys/{row.pk}/connect")))

    assert f'algorithm="{algorithm}"' in programs["python"]
    assert f'alg: "{algorithm}"' in programs["node"]
    assert ("curl" in programs) is (algorithm != "EdDSA")


def test_connect_by_published_keys_says_to_choose(administrator_browser, address, machine):
    url = "https://keys.example/jwks.json"
    [row] = insert_keys(machine.client, 1, jwk=None, jwks_url=url, thumbprint="")

    text = text_of(administrator_browser.get(address(f"/keys/{row.pk}/connect")))

    assert f"The portal fetches the public keys from {url}." in text
    assert "change that to what fits your key" in text


@pytest.mark.parametrize("preset", PRESETS)
def test_each_platform_has_its_job(administrator_browser, address, machine, preset):
    odd = "it's&$(x)\"é"
    [row] = insert_identities(machine.client, 1, preset=preset, audience=odd)

    reply = administrator_browser.get(address(f"/identities/{row.pk}/connect"))

    programs = programs_of(reply)
    in_a_pod = ["curl"] if preset == "kubernetes" else []
    assert list(programs) == ["job", *in_a_pod, "python", "node"]
    whole = programs["job"] + programs.get("curl", "")
    assert f"-d client_id={machine.client.pk}" in whole
    assert f"{conf.issuer()}/connect/token" in whole
    if preset in FILES:
        assert isinstance(yaml.safe_load(programs["job"]), dict)
    if preset in FILES - {"github", "circleci"}:
        assert odd in json.dumps(yaml.safe_load(programs["job"]), ensure_ascii=False).replace(
            '\\"', '"'
        )


def test_file_repeats_the_names_of_the_rule(administrator_browser, address, machine):
    rules = {
        "github": 'repo:o/r:environment:a%3Ab "c',
        "kubernetes": "system:serviceaccount:orders:importer",
    }
    jobs = {}
    for preset, rule in rules.items():
        [row] = insert_identities(machine.client, 1, preset=preset, subject_rule=rule)
        page = administrator_browser.get(address(f"/identities/{row.pk}/connect"))
        jobs[preset] = yaml.safe_load(programs_of(page)["job"])

    assert jobs["github"]["jobs"]["token"]["environment"] == 'a:b "c'
    assert jobs["kubernetes"]["metadata"]["namespace"] == "orders"
    assert jobs["kubernetes"]["spec"]["serviceAccountName"] == "importer"


@pytest.mark.parametrize(
    "rule", ["repo:o/r:environment:*", "repo:o/r:ref:refs/heads/main", "repo:*"]
)
def test_job_without_one_environment_names_none(administrator_browser, address, machine, rule):
    [row] = insert_identities(machine.client, 1, preset="github", subject_rule=rule)

    page = administrator_browser.get(address(f"/identities/{row.pk}/connect"))

    assert "environment" not in yaml.safe_load(programs_of(page)["job"])["jobs"]["token"]


def test_programs_name_the_api_that_the_client_may_call(
    administrator_browser, address, machine, tenant
):
    api = make_api("Orders", tenant, "read")
    let_call(machine.client, api, built_in=False, Orders="read")
    [row] = insert_identities(machine.client, 1, preset="github")

    reply = administrator_browser.get(address(f"/identities/{row.pk}/connect"))

    for name in ("job", "python", "node"):
        assert api.identifier in programs_of(reply)[name], name
    assert yaml.safe_load(programs_of(reply)["job"])["jobs"]["token"]["steps"]


def test_secrets_tab_links_to_connect_of_live_credentials(
    administrator_browser, address, machine, now
):
    [key], [identity] = insert_keys(machine.client, 1), insert_identities(machine.client, 1)
    places = [address(f"/keys/{key.pk}/connect"), address(f"/identities/{identity.pk}/connect")]

    text = text_of(administrator_browser.get(address("/secrets")))
    assert all(place in text for place in places)
    machine.client.keys.update(expires_at=now)
    machine.client.identities.update(expires_at=now)
    text = text_of(administrator_browser.get(address("/secrets")))
    assert not any(place in text for place in places)


def test_connect_by_another_clients_credential_is_not_found(
    administrator_browser, address, stranger_browser, machine, tenant
):
    [identity] = insert_identities(machine.client, 1)
    place = address(f"/identities/{identity.pk}/connect")

    assert stranger_browser.get(place).status_code == 404
    assert administrator_browser.get(address("/keys/0/connect")).status_code == 404
