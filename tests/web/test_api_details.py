"""Details of an API: what it is, its scopes, who may call it, how it verifies tokens, Activity."""

import ast
import html
import json
import re
from datetime import timedelta

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app import conf
from clients_app.limits import PAGE_SIZE
from clients_app.models import ApiHour, ApiUsage, MayCall
from clients_app.rules.identifiers import clean_identifier
from clients_app.services.apis.apis import set_introspectors
from tests.actors import command_line_in
from tests.factories import insert_clients, let_call, make_api
from tests.hostile_text import ODD_IDENTIFIERS
from tests.moments import NOW
from tests.responses import HTMX, is_page, text_of

IDENTIFIER = "https://api.example.com/orders?v='1'&x"
PROGRAMS = ("python", "drf", "node", "java", "go", "csharp")
LANGUAGES = {*PROGRAMS, "envoy", "nginx", "introspect"}


@pytest.fixture
def orders(tenant):
    return make_api("Orders", tenant, "orders.read", "orders.write", identifier=IDENTIFIER)


@pytest.fixture
def at(orders):
    """The address of the API."""
    return f"/security/apis/{orders.pk}"


def programs_of(page: str) -> dict[str, str]:
    """Return the text of each program by its language."""
    found = re.findall(r'<pre data-lang="(\w+)"[^>]*>(.*?)</pre>', page, re.DOTALL)
    return {name: html.unescape(re.sub("<[^>]+>", "", text)) for name, text in found}


@pytest.mark.parametrize("tab", ["", "/scopes", "/clients", "/verify", "/activity"])
def test_api_tab_is_a_page_and_a_part_that_refreshes_itself(administrator_browser, at, tab):
    page = administrator_browser.get(at + tab)
    part = administrator_browser.get(at + tab, headers={**HTMX, "HX-Target": "api"})

    assert is_page(page)
    assert not is_page(part)
    for reply in (page, part):
        assert 'aria-current="page"' in text_of(reply)
        assert f'hx-get="{at}{tab}" hx-trigger="apisChanged from:body"' in text_of(reply)
        assert html.escape(IDENTIFIER) in text_of(reply)


def test_api_of_another_tenant_is_not_found(stranger_browser, at):
    for tab in ("", "/scopes", "/clients", "/verify"):
        assert stranger_browser.get(at + tab).status_code == 404


def test_api_details_show_tokens_and_who_may_ask_about_them(
    administrator_browser, machine, tenant, orders, at, now
):
    ApiHour.objects.create(api=orders, hour=now, tokens=1204)
    asks = frozenset({machine.client.pk})
    set_introspectors(
        orders.pk, asks, expected_version=None, actor=command_line_in(tenant), now=NOW
    )

    text = text_of(administrator_browser.get(at))

    assert '<span class="num">1,204</span>' in text
    assert f'href="/security/clients/{machine.client.pk}">Wind park reader</a>' in text


def test_api_details_offer_administrators_alone_to_edit_and_remove(
    administrator_browser, colleague_browser, tenant, at
):
    assert f"{at}/edit" in text_of(administrator_browser.get(at))
    assert f"{at}/remove" in text_of(administrator_browser.get(at))
    assert f"{at}/edit" not in text_of(colleague_browser.get(at))
    built_in = text_of(administrator_browser.get(f"/security/apis/{tenant.pk}"))
    assert "/edit" not in built_in
    assert "can be neither edited nor removed" in built_in


def test_api_scopes_of_the_built_in_api_are_those_of_the_installation(
    administrator_browser, tenant, at
):
    own = text_of(administrator_browser.get(f"{at}/scopes"))
    built_in = text_of(administrator_browser.get(f"/security/apis/{tenant.pk}/scopes"))

    assert "orders.read</code>" in own
    for scope in conf.api_scopes():
        assert f"{scope}</code>" in built_in


def test_api_clients_show_scopes_and_the_last_token_for_this_api(
    administrator_browser, machine, tenant, orders, at, now
):
    other = make_api("Other", tenant)
    let_call(machine.client, orders, other, Orders="orders.read")
    used = {"client": machine.client, "scope": "", "is_named": True, "tokens": 1}
    for api, ago in ((orders, timedelta(minutes=7)), (other, timedelta(minutes=1))):
        ApiUsage.objects.create(api=api, hour=now - ago, last_at=now - ago, **used)

    text = text_of(administrator_browser.get(f"{at}/clients"))

    row = text.split("Wind park reader", 1)[1].split("</tr>")[0]
    assert "orders.read" in row
    assert "orders.write" not in row
    assert "7 minutes ago" in row
    assert f'href="/security/clients/{machine.client.pk}/apis"' in text
    built_in = text_of(administrator_browser.get(f"/security/apis/{tenant.pk}/clients"))
    assert "Never" in built_in.split("Wind park reader", 1)[1].split("</tr>")[0]


def test_api_clients_come_a_page_at_a_time_with_as_many_queries(
    administrator_browser, tenant, orders, at
):
    def read(page: int) -> tuple[str, int]:
        with CaptureQueriesContext(connection) as asked:
            text = text_of(administrator_browser.get(f"{at}/clients", {"page": page}))
        return text, sum("maycall" in one["sql"] or "_api" in one["sql"] for one in asked)

    clients = insert_clients([f"C {number:03}" for number in range(PAGE_SIZE + 1)], tenant)
    MayCall.objects.bulk_create(MayCall(client=client, api=orders) for client in clients)
    first, queries = read(1)
    last, fewer = read(2)

    assert ("C 049<" in first, "C 050<" in first, "C 050<" in last) == (True, False, True)
    assert f"{at}/clients?page=2" in first
    assert f"{at}/clients?page=1" in last
    assert queries == fewer
    assert "C 050<" in read(99)[0]  # the nearest page there is


def test_api_clients_without_any_say_so(administrator_browser, at):
    assert "No client may call this API" in text_of(administrator_browser.get(f"{at}/clients"))


def test_api_verify_has_the_values_of_this_api_in_each_program(administrator_browser, tenant, at):
    page = text_of(administrator_browser.get(f"{at}/verify"))
    programs = programs_of(page)

    assert set(programs) == LANGUAGES
    chosen = set(re.findall(r'<input type="radio" name="lang" value="(\w+)"', page))
    assert chosen == LANGUAGES
    for name in LANGUAGES - {"introspect"}:
        assert IDENTIFIER in programs[name], name
        assert str(tenant.pk) in programs[name], name
        assert "portal.example.com" not in programs[name], name
    for name in (*PROGRAMS, "envoy"):
        assert conf.issuer() in programs[name], name
    for name in PROGRAMS:
        assert "orders.read" in programs[name], name


def python_texts(program: str) -> set[object]:
    return {one.value for one in ast.walk(ast.parse(program)) if isinstance(one, ast.Constant)}


def texts_in_quotes(program: str) -> set[object]:
    """Return the strings of a language in which only quotes and backslashes mean something."""
    return {json.loads(one) for one in re.findall(r'"(?:[^"\\\n]|\\.)*"', program)}


def audiences_of_envoy(program: str) -> set[object]:
    found = re.search(r"^ *audiences: .*$", program, re.MULTILINE)
    assert found
    return set(yaml.safe_load(found[0])["audiences"])


def texts_of_nginx(program: str) -> set[object]:
    """Return the value of ``geo``, the only directive that takes no variables."""
    block = re.search(r"^geo \$audience \{.*?^\}", program, re.MULTILINE | re.DOTALL)
    assert block
    return set(re.findall(r'^    default "([^"]*)";$', block[0], re.MULTILINE))


TEXTS_OF = {
    **dict.fromkeys(("python", "drf"), python_texts),
    **dict.fromkeys(LANGUAGES - {"python", "drf", "envoy", "nginx", "introspect"}, texts_in_quotes),
    "envoy": audiences_of_envoy,
    "nginx": texts_of_nginx,
}


@pytest.mark.parametrize("identifier", ODD_IDENTIFIERS)
def test_api_verify_writes_each_character_of_an_identifier_as_its_language_does(
    administrator_browser, tenant, identifier
):
    """tests/docs/test_apis_with_own_audiences.py runs the examples with such an Identifier."""
    api = make_api("Odd", tenant, "it's_${read}%", identifier=clean_identifier(identifier))
    page = text_of(administrator_browser.get(f"/security/apis/{api.pk}/verify"))
    programs = programs_of(page)

    for name, texts_of in TEXTS_OF.items():
        assert identifier in texts_of(programs[name]), name
    for name in PROGRAMS:
        assert "it's_${read}%\"" in programs[name], name


def test_api_verify_of_an_api_without_scopes_checks_none(administrator_browser, tenant):
    api = make_api("Plain", tenant)
    programs = programs_of(text_of(administrator_browser.get(f"/security/apis/{api.pk}/verify")))

    for name in PROGRAMS:
        assert "scope" not in programs[name], name


def test_api_verify_envoy_configuration_is_whole(administrator_browser, at):
    programs = programs_of(text_of(administrator_browser.get(f"{at}/verify")))
    listener = yaml.safe_load(programs["envoy"])["static_resources"]["listeners"][0]
    filters = listener["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]

    provider = filters[0]["typed_config"]["providers"]["portal"]
    assert provider["audiences"] == [IDENTIFIER]
    assert provider["issuer"] == conf.issuer()


def test_api_activity_shows_its_own_events(administrator_browser, tenant, at):
    make_api("Other", tenant)
    changed = {"name": "Sales", "identifier": IDENTIFIER, "scopes": "orders.read", "version": "1"}
    reply = administrator_browser.post(f"{at}/edit", changed, headers=HTMX)
    assert json.loads(reply["HX-Trigger"])["toast"]["text"] == "API Sales saved."

    text = text_of(administrator_browser.get(f"{at}/activity"))

    assert text.count('class="event"') == 2
    assert "Nobody changed this API." not in text
    assert "removed orders.write" in text
    assert "Other" not in text


def test_api_activity_of_the_built_in_api_is_empty(administrator_browser, tenant):
    text = text_of(administrator_browser.get(f"/security/apis/{tenant.pk}/activity"))
    assert "Nobody changed this API." in text


def test_api_activity_is_for_those_who_may_read_it(colleague_browser, at):
    assert f"{at}/activity" not in text_of(colleague_browser.get(at))
    assert colleague_browser.get(f"{at}/activity").status_code == 403
