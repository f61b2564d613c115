"""The programs of "Connect your application" for an API that is not the default."""

import html
import re
import shlex

import pytest

from clients_app import conf
from clients_app.rules.identifiers import clean_identifier
from tests.factories import let_call, make_api
from tests.hostile_text import ODD_IDENTIFIERS
from tests.responses import text_of
from tests.web.test_snippets import LANGUAGES, PARSED, is_well_formed, snippets_of

IDENTIFIER = "https://api.example.com/it's?a=$1&b=2"
GUIDE = "/help/get-started"


@pytest.fixture
def api(tenant):
    return make_api("Orders", tenant, "read", identifier=IDENTIFIER)


@pytest.fixture
def guide(administrator_browser, api):
    return text_of(administrator_browser.get(GUIDE, {"api": str(api.pk)}))


def test_guide_for_an_api_names_it_in_each_program(administrator_browser, guide):
    plain = snippets_of(text_of(administrator_browser.get(GUIDE)))
    named = snippets_of(guide)

    assert list(named) == list(LANGUAGES)
    for name, text in named.items():
        assert "api.example.com" in text, name
        assert "api.example.com" not in plain[name], name
        assert "resource" not in plain[name].lower(), name
    curl = shlex.split(named["curl"])
    assert curl[curl.index("--data-urlencode") + 1] == f"resource={IDENTIFIER}"
    assert shlex.split(named["env"].splitlines()[-1]) == [f"TOKEN_RESOURCE={IDENTIFIER}"]
    assert "resource      = 'https://api.example.com/it''s?a=$1&b=2'" in named["powershell"]


@pytest.mark.parametrize("identifier", ODD_IDENTIFIERS)
def test_programs_write_each_character_of_an_identifier_as_their_language_does(
    administrator_browser, tenant, identifier
):
    odd = make_api("Odd", tenant, "read", identifier=clean_identifier(identifier))
    page = text_of(administrator_browser.get(GUIDE, {"api": str(odd.pk)}))
    named = snippets_of(page)

    assert f"resource={identifier}" in shlex.split(named["curl"])
    assert shlex.split(named["env"].splitlines()[-1]) == [f"TOKEN_RESOURCE={identifier}"]
    doubled = identifier.replace("'", "''")
    assert f"'{doubled}'" in named["powershell"]
    for name in ("python", "csharp", "node", "java", "go", "json"):
        assert f'"{identifier}"' in named[name], name
    assert f"--audience {shlex.quote(identifier)}" in html.unescape(page)


@pytest.mark.parametrize("language", PARSED)
def test_programs_for_an_api_that_no_test_can_run_are_well_formed(guide, language):
    assert is_well_formed(language, snippets_of(guide)[language])


def test_guide_for_an_api_starts_the_example_with_its_audience(guide, api):
    assert "--audience 'https://api.example.com/it" in guide.replace("&#x27;", "'")
    assert f'href="/security/apis/{api.pk}/verify"' in guide
    assert f'value="{api.pk}" selected' in guide


@pytest.mark.parametrize("wanted", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_guide_for_an_unknown_api_is_about_the_built_in_one(administrator_browser, api, wanted):
    page = text_of(administrator_browser.get(GUIDE, {"api": wanted}))
    assert f'<code id="id_audience" translate="no" spellcheck="false">{conf.token_audience()}<' in (
        page
    )


def test_guide_does_not_know_apis_of_another_tenant(stranger_browser, api):
    page = text_of(stranger_browser.get(GUIDE, {"api": str(api.pk)}))
    assert "api.example.com" not in page
    assert "For which API" not in page  # it has only the built-in one


def choices(page: str) -> list[tuple[str, bool]]:
    """Return the APIs to choose from by value, and whether each is selected."""
    select = page.partition("data-choose-api")[2].partition("</select>")[0]
    found = re.findall(r'<option value="([^"]*)"( selected)?>', select)
    return [(value.replace("&#x27;", "'").replace("&amp;", "&"), bool(on)) for value, on in found]


def added(browser, address):
    return text_of(browser.post(address("/secrets/add"), {"never_expires": "on"}))


def test_new_secret_offers_the_apis_of_its_client_the_default_first(
    administrator_browser, machine, api, address
):
    let_call(machine.client, api)
    page = added(administrator_browser, address)
    assert choices(page) == [("", True), (IDENTIFIER, False)]
    assert "api.example.com" not in snippets_of(page)["curl"]

    let_call(machine.client, api, default=api)
    page = added(administrator_browser, address)
    assert choices(page) == [("", True), (conf.token_audience(), False)]


def test_new_secret_without_a_default_api_names_the_first(
    administrator_browser, machine, api, address
):
    let_call(machine.client, api, built_in=False)
    page = added(administrator_browser, address)

    assert "resource" in snippets_of(page)["curl"]
    assert '<input type="hidden" value="https://api.example.com' in page


def test_new_client_has_no_api_to_choose(administrator_browser, draft):
    page = text_of(administrator_browser.post("/security/clients/register", draft))

    assert "data-choose-api" not in page
    assert "resource" not in snippets_of(page)["curl"]


def test_add_client_says_that_it_may_call_the_built_in_api(administrator_browser):
    page = text_of(administrator_browser.get("/security/clients/add"))
    assert "The client may call the built-in API." in page


def test_edit_roles_shows_audience_and_scope_of_the_default_api(
    administrator_browser, machine, api, address
):
    let_call(machine.client, api, default=api)
    page = text_of(administrator_browser.get(address("/roles/edit")))
    claims = dict(re.findall(r"<code>(\w+)</code></th><td[^>]*>([^<]*)<", page))

    assert claims["aud"].startswith("https://api.example.com")
    assert claims["scope"] == "read"
