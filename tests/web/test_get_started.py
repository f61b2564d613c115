"""Get started: a guide for each Client Type with the addresses of the installation."""

import html
import re
from urllib.parse import urljoin

import pytest
import yaml

from clients_app.rules.client_types import CLIENT_TYPES
from tests.factories import make_api
from tests.portal_process import CHECKOUT
from tests.responses import HTMX, is_page, text_of
from tests.web.test_snippets import snippets_of

GUIDES = [f"/help/get-started/{client_type}" for client_type in CLIENT_TYPES]


def commands(reply) -> dict[str, str]:
    """Return the shell commands of the guide by the id of their box."""
    found = re.findall(r'<pre [^>]*id="command-(\w+)"[^>]*>(.*?)</pre>', text_of(reply), re.DOTALL)
    return {name: html.unescape(command) for name, command in found}


def test_guide_client_credentials_covers_add_to_rotation(administrator_browser, tenant):
    for path in ("/help/get-started", GUIDES[0], f"{GUIDES[0]}/"):
        page = text_of(administrator_browser.get(path))
        steps = re.findall(r'<span class="n"[^>]*>(\d)</span>([^<]+)</h2>', page)
        assert steps == [
            ("1", "Add a client"),
            ("2", "Save both values"),
            ("3", "Ask for a token"),
            ("4", "Call an API"),
            ("5", "Check tokens in your own API"),
            ("6", "Replace the secret in time"),
        ]
        assert 'href="/security/clients/add"' in page
        for value in (
            "http://localhost:8000/identity/connect/token",
            "http://localhost:8000/identity",
            "http://localhost:8000/identity/.well-known/openid-configuration/jwks",
            str(tenant.pk),
        ):
            assert f">{value}<" in page


def test_guide_says_which_way_fits_which_machine(administrator_browser):
    ways = ["Federated Identity", "Public Key", "Client Secret"]
    for guide in GUIDES:
        page = text_of(administrator_browser.get(guide))
        shown = ways if guide.rpartition("/")[2] != "authorization-code" else []
        assert [way for way in ways if f"<dt>{way}</dt>" in page] == shown


WAYS = {
    "key": ["python", "csharp", "powershell", "node", "java", "go", "curl", "env", "json"],
    "kubernetes": ["job", "curl", "python", "csharp", "powershell", "node", "java", "go"],
    "entra": ["job", "python", "csharp", "powershell", "node", "java", "go"],
}


@pytest.mark.parametrize("way", WAYS)
def test_guide_shows_programs_and_steps_for_the_chosen_way(administrator_browser, way):
    page = text_of(administrator_browser.get(GUIDES[0], {"way": way}))

    programs = snippets_of(page)
    assert list(programs) == WAYS[way]
    assert all("CLIENT_SECRET" not in text for text in programs.values())
    assert all("YOUR_CLIENT_ID" in programs[name] for name in WAYS[way] if name != "job")
    steps = re.findall(r'<span class="n"[^>]*>\d</span>([^<]+)</h2>', page)
    assert steps[1:3] == ["Save the Client Id", "Ask for a token"]
    assert steps[5:] == (["Replace the key in time"] if way == "key" else [])
    pressed = dict(re.findall(r'name="way" value="(\w+)" aria-pressed="(\w+)"', page))
    assert pressed == {
        "secret": "false",
        "key": str(way == "key").lower(),
        "github": str(way != "key").lower(),
    }
    assert (f'<option value="{way}" selected>' in page) is (way != "key")


def test_guide_of_a_pod_names_what_to_replace(administrator_browser):
    page = text_of(administrator_browser.get(GUIDES[0], {"way": "kubernetes"}))

    pod = yaml.safe_load(snippets_of(page)["job"])
    assert pod["metadata"]["namespace"] == "YOUR_NAMESPACE"
    assert pod["spec"]["serviceAccountName"] == "YOUR_SERVICE_ACCOUNT"


def test_guide_keeps_way_and_api_beside_each_other(administrator_browser, tenant):
    api = make_api("Orders", tenant, "read")
    page = text_of(administrator_browser.get(GUIDES[0], {"way": "entra", "api": str(api.pk)}))

    assert all(api.identifier in text for text in snippets_of(page).values())
    assert '<option value="entra" selected>' in page
    assert f'<option value="{api.pk}" selected>' in page
    assert f'<input type="hidden" name="api" value="{api.pk}">' in page


@pytest.mark.parametrize("way", ["key", "kubernetes"])
def test_guide_of_a_server_shows_programs_for_the_chosen_way(administrator_browser, way):
    reply = administrator_browser.get("/help/get-started/hybrid", {"way": way})

    assert snippets_of(text_of(reply)).keys() >= {"authlib", "node-client", "env"}
    assert "CLIENT_SECRET" not in text_of(reply)
    assert "-d client_assertion=YOUR_JWT" in commands(reply)["introspect"]


@pytest.mark.parametrize("way", ["", "nonsense", "identity"])
def test_guide_for_an_unknown_way_is_about_secrets(administrator_browser, way):
    page = text_of(administrator_browser.get(GUIDES[0], {"way": way}))
    assert 'name="way" value="secret" aria-pressed="true"' in page
    assert "CLIENT_SECRET" in snippets_of(page)["curl"]


def test_guide_of_applications_in_browsers_knows_no_ways(administrator_browser):
    reply = administrator_browser.get("/help/get-started/authorization-code", {"way": "key"})
    assert snippets_of(text_of(reply)).keys() == {"oidc-client-ts", "env"}
    assert 'name="way"' not in text_of(reply)


def test_guide_uses_the_addresses_of_the_settings(administrator_browser, settings, tenant):
    """Never those of the request; a custom audience is shown wherever it is needed."""
    settings.PUBLIC_URL = "https://portal.example.com"
    settings.TOKEN_AUDIENCE = "https://api.example.com/it's"
    reply = administrator_browser.get(GUIDES[0])

    assert text_of(reply).count("https://portal.example.com/identity/connect/token") == 10
    assert commands(reply)["start"] == (
        ".venv/bin/python api.py \\\n"
        f"  https://portal.example.com/identity {tenant.pk}"
        """ --audience 'https://api.example.com/it'"'"'s'"""
    )
    assert "localhost:8000" not in text_of(reply)


@pytest.mark.parametrize("path", GUIDES[1:])
def test_guide_of_other_types_has_the_addresses_and_settings_of_a_sign_in(
    administrator_browser, path
):
    page = text_of(administrator_browser.get(path))

    issuer = "http://localhost:8000/identity"
    assert f">{issuer}<" in page
    for address in (
        "/.well-known/openid-configuration",
        *(f"/connect/{name}" for name in ("authorize", "token", "userinfo", "endsession")),
    ):
        assert f">{issuer}{address}<" in page
    offered = set(re.findall(r'<pre data-lang="([\w-]+)"', page))
    of_server = {"authlib", "node-client", "env"}
    assert offered == (of_server if path.endswith("hybrid") else {"oidc-client-ts", "env"})
    assert "later version" not in page
    [example] = re.findall(r"<code>(docs/examples/\w+)</code>", page)
    assert (CHECKOUT / example / "README.md").is_file()
    assert f'href="/security/clients/add/{path.rpartition("/")[2]}"' in page
    assert ("Ask about tokens" in page) is path.endswith("hybrid")
    assert ("Replace the secret in time" in page) is path.endswith("hybrid")


@pytest.mark.parametrize("path", GUIDES)
def test_guide_is_a_page_and_a_fragment(administrator_browser, path):
    page = administrator_browser.get(path)
    fragment = administrator_browser.get(path, headers=HTMX)

    assert is_page(page)
    assert not is_page(fragment)
    assert '<a href="/help/get-started" aria-current="page">' in text_of(page)
    assert f'<a href="{path}" aria-current="page">' in text_of(fragment)
    assert "Get started · Portal</title>" in text_of(page)


def test_guide_viewer_sees_who_can_add_clients(colleague_browser, tenant):
    page = text_of(colleague_browser.get(GUIDES[0]))

    assert "Only Tenant Administrators can add a client." in page
    assert "/security/clients/add" not in page
    assert str(tenant.pk) in page


def test_guide_shows_the_tenant_id_of_the_reader(stranger_browser, stranger, tenant):
    page = text_of(stranger_browser.get(GUIDES[0]))

    assert str(stranger.tenant_id) in page
    assert str(tenant.pk) not in page


@pytest.mark.parametrize("path", ["/help/get-started/nothing", "/help", "/help/get-started/a/b"])
def test_guide_of_an_unknown_type_is_not_found(administrator_browser, path):
    assert administrator_browser.get(path).status_code == 404


def test_guide_post_is_not_allowed(administrator_browser):
    assert administrator_browser.post(GUIDES[0]).status_code == 405


def test_guide_serves_the_files_that_it_names(administrator_browser, client, db):
    page = text_of(administrator_browser.get(GUIDES[0]))
    fetched = re.search(r"curl -O http://localhost:8000(\S+)", html.unescape(page))
    assert fetched
    program = client.get(fetched[1]).content
    assert program == (CHECKOUT / "docs/examples/api.py").read_bytes()
    assert "docs/" not in re.sub("<[^>]*>", "", page)

    code = text_of(administrator_browser.get("/help/verify-tokens"))
    (address,) = re.findall(r'href="(/help/files/[^"]+)"', code)
    reply = client.get(address)
    text = text_of(reply)
    assert reply["Content-Type"] == "text/plain; charset=utf-8"
    assert text == (CHECKOUT / "docs/verify-tokens.md").read_text()
    links = {link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link}
    assert {link.rpartition("/")[2] for link in links} >= {"api.mjs", "envoy.yaml", "api.conf"}
    for link in links:
        assert client.get(urljoin(address, link)).status_code == 200


@pytest.mark.parametrize("name", ["operations.md", "../README.md", "examples", "examples/../x.py"])
def test_guide_serves_no_other_files(client, db, name):
    assert client.get(f"/help/files/{name}").status_code == 404
