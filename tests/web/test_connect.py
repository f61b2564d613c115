"""Connect: what a machine needs to prove a client by a key or an identity. FED-9."""

import json
from typing import Any

import pytest
import yaml
from joserfc.jwk import ECKey

from clients_app import conf
from clients_app.rules.federation.presets import PRESETS
from tests.credentials import insert_identities, insert_keys
from tests.factories import let_call, make_api
from tests.responses import HTMX, is_page, text_of
from tests.web.test_snippets import PARSED, is_well_formed, snippets_of

#: where programs get the token of a platform, other than from the environment
PLACES = {
    "kubernetes": "/var/run/portal/token",
    "entra": "http://169.254.169.254/metadata/identity/oauth2/token?",
    "google": "http://metadata.google.internal/computeMetadata/v1/",
}
FILES = {"github", "gitlab", "bitbucket", "circleci", "kubernetes"}


#: with a program for each key and each platform
LANGUAGES = ["python", "csharp", "powershell", "node", "java", "go"]


def programs_of(reply: Any) -> dict[str, str]:
    return snippets_of(text_of(reply))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "window"])
def test_connect_by_a_key_is_a_page_and_a_fragment(
    administrator_browser, address, machine, headers
):
    [key] = insert_keys(
        machine.client, 1, jwk=ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "one"}
    )

    reply = administrator_browser.get(address(f"/keys/{key.pk}/connect"), headers=headers)

    assert is_page(reply) is not bool(headers)
    assert list(programs_of(reply)) == [*LANGUAGES, "curl", "env", "json"]
    assert f"request tokens for {machine.client} with {key.thumbprint[:8]}</p>" in text_of(reply)
    for value in (str(machine.client.pk), conf.issuer(), f"{conf.issuer()}/connect/token"):
        assert f">{value}</code>" in text_of(reply)


@pytest.mark.parametrize(
    ("named", "algorithm", "lacking"),
    [
        ({"kty": "EC"}, "ES256", set()),
        ({"kty": "RSA"}, "RS256", set()),
        ({"kty": "RSA", "alg": "PS256"}, "PS256", {"curl"}),
        ({"kty": "OKP"}, "EdDSA", {"curl", *PARSED}),
        ({"kty": "OKP", "alg": "Ed25519"}, "EdDSA", {"curl", *PARSED}),
    ],
)
def test_programs_sign_with_what_fits_the_key(
    administrator_browser, address, machine, named, algorithm, lacking
):
    [row] = insert_keys(machine.client, 1, jwk={**named, "kid": "one"})

    programs = programs_of(administrator_browser.get(address(f"/keys/{row.pk}/connect")))

    assert {*LANGUAGES, "curl", "env", "json"} - programs.keys() == lacking
    for name in programs.keys() - {"env", "json", "go"}:
        assert f'"{algorithm}"' in programs[name], name
    assert f"SigningMethod{algorithm}," in programs["go"]
    for name in programs.keys() - {"env", "json"}:
        assert '"client-authentication+jwt"' in programs[name], name
    assert all(is_well_formed(name, programs[name]) for name in PARSED.keys() - lacking)


@pytest.mark.parametrize("count", [3, 4])
def test_connect_names_the_kid_where_a_client_has_more_than_three_keys(
    administrator_browser, address, machine, count
):
    keys = [{"kty": "OKP", "kid": f"kid-{n}"} for n in range(count)]
    rows = [insert_keys(machine.client, 1, jwk=key, thumbprint=key["kid"])[0] for key in keys]

    text = text_of(administrator_browser.get(address(f"/keys/{rows[1].pk}/connect")))

    assert (">kid-1</code>" in text) is (count > 3)


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
    assert list(programs) == ["job", *in_a_pod, *LANGUAGES]
    assert all(is_well_formed(name, programs[name]) for name in PARSED)
    comes = PLACES.get(preset, "ID_TOKEN")
    assert all(comes in programs[name] for name in LANGUAGES)
    note = "from the environment variable <code>ID_TOKEN</code>."
    assert (note in text_of(reply)) is (comes == "ID_TOKEN")
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

    for name in ("job", *LANGUAGES):
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
