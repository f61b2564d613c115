"""Get started: a guide for each Client Type with the addresses of the installation."""

import html
import re
from urllib.parse import urljoin

import pytest

from clients_app.rules.client_types import CLIENT_TYPES
from tests.portal_process import CHECKOUT
from tests.responses import HTMX, is_page, text_of

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
