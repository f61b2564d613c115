"""docs/public-keys.md and federated-identities.md show the programs of Get started, which
tests/docs/test_connect_programs.py runs."""

import re

import pytest

from clients_app import conf
from tests.portal_process import CHECKOUT
from tests.responses import text_of
from tests.web.test_snippets import snippets_of

pytestmark = pytest.mark.one_database
FENCES = {"node": "js", "curl": "sh"}
LANGUAGES = ("python", "csharp", "powershell", "node", "java", "go")
SHOWN = [
    *(("public-keys.md", "key", language) for language in (*LANGUAGES, "curl")),
    *(("federated-identities.md", "kubernetes", language) for language in LANGUAGES),
]


@pytest.mark.parametrize(("page", "way", "language"), SHOWN)
def test_page_shows_the_program_of_get_started(administrator_browser, page, way, language):
    guide = text_of(administrator_browser.get("/help/get-started", {"way": way}))
    program = snippets_of(guide)[language].replace(conf.public_url(), "https://portal.example.com")
    fence = FENCES.get(language, language)

    shown = (CHECKOUT / "docs" / page).read_text()
    blocks = re.findall(rf"```{fence}\n(.*?)\n```", shown, re.DOTALL)

    assert program in blocks
