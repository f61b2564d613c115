"""Verify tokens: the values and the programs for this installation."""

import html
import json
import re

import jwt
import pytest
import requests
import tree_sitter_c_sharp
from tree_sitter import Language, Parser

from clients_app import conf
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.portal_process import CHECKOUT, PortalProcess
from tests.responses import text_of
from tests.sampling import sampled
from tests.web.verify_programs import JUDGES, WRONG_SIGNATURE, faults_of_java

PAGE = "/help/verify-tokens"


def programs_of(page: str) -> dict[str, str]:
    found = re.findall(r'<pre data-lang="(\w+)"[^>]*>(.*?)</pre>', page, re.DOTALL)
    return {name: html.unescape(re.sub("<[^>]+>", "", text)) for name, text in found}


def test_verify_tokens_has_the_values_of_the_installation(colleague_browser, tenant, now) -> None:
    ensure_active_key(now=now)
    page = text_of(colleague_browser.get(PAGE))

    shown = dict(re.findall(r'<code id="id_(\w+)"[^>]*>([^<]*)</code>', page))
    assert shown == {
        "issuer": conf.issuer(),
        "audience": conf.token_audience(),
        "tenant": str(tenant.pk),
        "jwks": f"{conf.issuer()}/.well-known/openid-configuration/jwks",
        "algorithm": "RS256",
    }
    for name, program in programs_of(page).items():
        for value in (conf.issuer(), conf.token_audience(), str(tenant.pk), '"RS256"'):
            assert value in program, name
    assert list(programs_of(page)) == ["python", "node", "java", "go", "csharp"]
    assert 'href="/help/token"' in page


@pytest.mark.one_database
def test_verify_tokens_is_found_from_the_left_pane_and_get_started(colleague_browser) -> None:
    page = text_of(colleague_browser.get("/help/get-started"))

    assert page.count('href="/help/verify-tokens"') == 2
    assert 'href="/help/token"' in text_of(colleague_browser.get("/find?q=inspect"))


@pytest.mark.one_database
def test_verify_tokens_program_for_csharp_is_well_formed(colleague_browser) -> None:
    program = programs_of(text_of(colleague_browser.get(PAGE)))["csharp"]
    parser = Parser(Language(tree_sitter_c_sharp.language()))

    assert not parser.parse(program.encode()).root_node.has_error


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["java", "go"])
def test_guide_shows_the_program_of_the_page(colleague_browser, tenant, language: str) -> None:
    program = programs_of(text_of(colleague_browser.get(PAGE)))[language]
    program = program.replace(conf.public_url(), "https://portal.example.com")
    program = program.replace(str(tenant.pk), "7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753")

    guide = (CHECKOUT / "docs/verify-tokens.md").read_text()
    assert f"```{language}\n{program}\n```" in guide


@pytest.mark.one_database
def test_verify_tokens_program_for_java_is_well_formed(colleague_browser, tmp_path) -> None:
    """The compiler reads it; the library is in no registry of the tests, so nothing runs it."""
    program = programs_of(text_of(colleague_browser.get(PAGE)))["java"]

    assert faults_of_java(program, tmp_path) == ""
    assert "error" in faults_of_java(program.replace("{", "", 1), tmp_path)


@pytest.mark.one_database
@pytest.mark.parametrize(("language", "wrong_signature"), sampled(WRONG_SIGNATURE.items()))
def test_verify_tokens_program_accepts_tokens_of_the_tenant_alone(
    live_portal: PortalProcess,
    colleague_browser,
    tenant,
    tmp_path,
    language: str,
    wrong_signature: str,
) -> None:
    """The page of the test's own settings, with the addresses of the running portal."""
    added = live_portal.run("clients", "add", f"Verified in {language}", "--json")
    address = f"{live_portal.url}/identity/connect/token"
    made = json.loads(added.stdout)
    form = {"grant_type": "client_credentials"}
    login = (made["client_id"], made["client_secret"])
    token = requests.post(address, form, auth=login, timeout=60).json()["access_token"]
    owner = jwt.decode(token, options={"verify_signature": False})["tid"]
    program = programs_of(text_of(colleague_browser.get(PAGE)))[language]
    program = program.replace(conf.public_url(), live_portal.url)
    judged, ours = JUDGES[language], program.replace(str(tenant.pk), owner)

    assert judged(ours, tmp_path, token) == (0, f"{made['client_id']}\n")
    for other, given, why in (
        (program, token, "belongs to another tenant"),
        (ours, f"{token[:-3]}AAA", wrong_signature),
        (ours.replace("at+jwt", "jwt"), token, ""),
        (ours.replace(f'"{live_portal.url}"', '"https://api.example.com"'), token, ""),
        (ours.replace('/identity"', '/another"'), token, ""),
    ):
        assert other != ours or given != token
        status, error = judged(other, tmp_path, given)
        assert (status, why in error) == (1, True), error
