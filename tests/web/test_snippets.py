"""The programs of "Connect your application", in both places that show them.

tests/journeys/test_connect_application.py runs those whose language is in Debian or PyPI.
"""

import html
import re
from typing import Any

import pytest
import tree_sitter_c_sharp
import tree_sitter_powershell
from django.test import Client as Browser
from tree_sitter import Language, Parser

from clients_app import conf
from tests.conftest import Machine
from tests.responses import text_of

GUIDE = "/help/get-started/client-credentials"
KINDS = ("curl", "python", "csharp", "powershell", "node", "java", "go", "env", "json")
NAMES = ("curl", "Python", "C#", "PowerShell", "Node.js", "Java", "Go", ".env", "appsettings.json")
LANGUAGES = dict(zip(KINDS, NAMES, strict=True))
HOLD_THE_SECRET = {"curl", "env", "json"}
PARSED: dict[str, Any] = {"csharp": tree_sitter_c_sharp, "powershell": tree_sitter_powershell}


def snippets_of(page: str) -> dict[str, str]:
    """Return the text of each snippet of a page by its language."""
    found = re.findall(r'<pre data-lang="([\w-]+)"[^>]*>(.*?)</pre>', page, re.DOTALL)
    return {name: html.unescape(re.sub("<[^>]+>", "", text)) for name, text in found}


def is_well_formed(language: str, program: str) -> bool:
    """Return whether a program in a language that no test can run has no syntax error."""
    parser = Parser(Language(PARSED[language].language()))
    return not parser.parse(program.encode()).root_node.has_error


@pytest.fixture
def guide(administrator_browser: Browser) -> str:
    return text_of(administrator_browser.get(GUIDE))


def test_snippets_can_be_chosen_by_their_names(guide: str) -> None:
    offered = re.findall(
        r'<input type="radio" name="lang" value="(\w+)"[^>]*>([^<]+)</label>', guide
    )

    assert dict(offered) == LANGUAGES
    assert list(snippets_of(guide)) == list(LANGUAGES)
    names = re.findall(r'<pre data-lang="\w+"[^>]* aria-label="([^"]+)"', guide)
    assert names == list(LANGUAGES.values())


def test_snippets_hold_address_and_client_id_and_only_settings_the_secret(guide: str) -> None:
    for name, text in snippets_of(guide).items():
        assert f"{conf.issuer()}/connect/token" in text, name
        assert "YOUR_CLIENT_ID" in text, name
        assert ("YOUR_CLIENT_SECRET" in text) is (name in HOLD_THE_SECRET), name
        assert "CLIENT_SECRET" in text.upper(), name


def test_snippets_without_the_secret_say_so_to_the_copy_button(guide: str) -> None:
    marked = re.findall(r'<pre data-lang="(\w+)" data-no-secret', guide)

    assert set(marked) == set(LANGUAGES) - HOLD_THE_SECRET


@pytest.mark.parametrize("language", PARSED)
def test_snippets_that_no_test_can_run_are_well_formed(guide: str, language: str) -> None:
    text = snippets_of(guide)[language]

    assert is_well_formed(language, text)
    assert not is_well_formed(language, text.replace("(", "", 1).replace("{", "", 1))


def test_secret_added_has_the_same_programs(
    administrator_browser: Browser, machine: Machine, guide: str
) -> None:
    address = f"/security/clients/{machine.client.pk}/secrets/add"
    page = text_of(administrator_browser.post(address, {"never_expires": "on"}))

    in_guide, here = snippets_of(guide), snippets_of(page)
    assert list(here) == list(LANGUAGES)
    for name in set(LANGUAGES) - HOLD_THE_SECRET:
        assert here[name] == in_guide[name].replace("YOUR_CLIENT_ID", str(machine.client.pk))


def test_guide_offers_no_test_of_a_secret(guide: str) -> None:
    assert "data-test" not in guide
