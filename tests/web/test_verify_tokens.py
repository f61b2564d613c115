"""Verify tokens: the values and the programs for this installation."""

import html
import json
import re
import subprocess
import sys

import jwt
import pytest
import requests
import tree_sitter_c_sharp
from tree_sitter import Language, Parser

from clients_app import conf
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.portal_process import PortalProcess
from tests.responses import text_of

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
    assert list(programs_of(page)) == ["python", "node", "csharp"]
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
def test_verify_tokens_program_for_python_accepts_tokens_of_the_tenant_alone(
    live_portal: PortalProcess, colleague_browser, tenant, tmp_path, settings
) -> None:
    """The page of the test's own settings, with the addresses of the running portal."""
    added = live_portal.manage("clients", "add", "Verified by the page", "--json")
    address = f"{live_portal.url}/identity/connect/token"
    made = json.loads(added.stdout)
    form = {"grant_type": "client_credentials"}
    login = (made["client_id"], made["client_secret"])
    token = requests.post(address, form, auth=login, timeout=10).json()["access_token"]
    owner = jwt.decode(token, options={"verify_signature": False})["tid"]
    program = programs_of(text_of(colleague_browser.get(PAGE)))["python"]
    program = program.replace(conf.public_url(), live_portal.url)

    def judged(program: str, token: str) -> tuple[int, str]:
        path = tmp_path / "verify.py"
        path.write_text(f"{program}\nimport sys\nprint(claims_of(sys.argv[1])['client_id'])")
        command = [sys.executable, path, token]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return ended.returncode, ended.stdout or ended.stderr.splitlines()[-1]

    ours = program.replace(str(tenant.pk), owner)
    assert judged(ours, token) == (0, f"{made['client_id']}\n")
    status, error = judged(program, token)
    assert (status, "belongs to another tenant" in error) == (1, True)
    status, error = judged(ours, f"{token[:-3]}AAA")
    assert (status, "InvalidSignatureError" in error) == (1, True)
