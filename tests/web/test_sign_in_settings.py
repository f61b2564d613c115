"""The settings of applications that people sign in to, where the portal shows them."""

import ast
import subprocess
from pathlib import Path

import pytest

from clients_app.models import Client
from tests.credentials import insert_identities, insert_keys
from tests.factories import let_call, make_api, make_application
from tests.responses import HTMX, plain_secret_in, text_of
from tests.web.test_snippets import snippets_of as snippets_in

SERVER = {"authlib", "node-client", "env"}
REGISTER = "/security/clients/register"
ISSUER = "http://localhost:8000/identity"


def snippets_of(reply) -> dict[str, str]:
    """Return the text of each snippet by its name."""
    return snippets_in(text_of(reply))


def is_module(text: str, folder: Path) -> bool:
    """Return whether Node.js can parse ``text``."""
    program = folder / "program.mjs"
    program.write_text(text)
    return subprocess.run(["node", "--check", program], capture_output=True).returncode == 0


@pytest.fixture
def application(tenant):
    urls = ("https://rooms.example/callback",)
    return make_application(
        "Rooms", tenant, redirect_uris=urls, logout_uris=("https://rooms.example/bye",)
    )


def test_details_have_the_settings_of_the_client(administrator_browser, application, tmp_path):
    snippets = snippets_of(administrator_browser.get(f"/security/clients/{application.pk}"))

    assert snippets.keys() == {"oidc-client-ts", "env"}
    program = snippets["oidc-client-ts"]
    assert is_module(program, tmp_path)
    for line in (
        f'authority: "{ISSUER}",',
        f'client_id: "{application.pk}",',
        'redirect_uri: "https://rooms.example/callback",',
        'post_logout_redirect_uri: "https://rooms.example/bye",',
        'scope: "openid profile api",',
    ):
        assert line in program
    assert snippets["env"].splitlines() == [
        f"OIDC_ISSUER={ISSUER}",
        f"CLIENT_ID={application.pk}",
        "REDIRECT_URI=https://rooms.example/callback",
        'SCOPE="openid profile api"',
    ]


def test_settings_ask_for_the_scopes_of_the_default_api(administrator_browser, application):
    api = make_api("Meters", application.tenant, "read", "write")
    let_call(application, api, built_in=False, default=api)

    page = administrator_browser.get(f"/security/clients/{application.pk}")
    assert 'scope: "openid profile read write"' in snippets_of(page)["oidc-client-ts"]


def test_new_hybrid_client_has_its_secret_only_in_settings(
    administrator_browser, url_client_form, tmp_path
):
    sent = url_client_form | {"never_expires": "on"}
    created = administrator_browser.post(f"{REGISTER}/hybrid", sent, headers=HTMX)

    snippets, plain = snippets_of(created), plain_secret_in(created)
    assert snippets.keys() == SERVER
    assert {name for name, text in snippets.items() if plain in text} == {"env"}
    assert is_module(snippets["node-client"], tmp_path)
    program = ast.unparse(ast.parse(snippets["authlib"]))
    assert str(Client.objects.get().pk) in program
    assert f"{ISSUER}/.well-known/openid-configuration" in program
    assert "@app.get('/a')" in program or "@app.get('/b')" in program
    details = administrator_browser.get(f"/security/clients/{Client.objects.get().pk}")
    assert plain not in text_of(details)


@pytest.fixture
def server(tenant):
    """An application with a server, and a secret."""
    urls = ("https://rooms.example/callback",)
    return make_application("Rooms", tenant, client_type="hybrid", redirect_uris=urls)


def by_key(client):
    return f"keys/{insert_keys(client, 1)[0].pk}"


def by_platform(preset):
    def insert(client):
        [row] = insert_identities(client, 1, preset=preset, audience="https://portal.example")
        return f"identities/{row.pk}"

    return insert


@pytest.mark.parametrize(
    ("insert", "part"),
    [
        (by_key, "PRIVATE_KEY_FILE"),
        (by_platform("kubernetes"), "/var/run/portal/token"),
        (by_platform("entra"), "/metadata/identity/oauth2/token?"),
        (by_platform("google"), "/computeMetadata/v1/"),
        (by_platform("aws"), "ID_TOKEN"),
    ],
)
def test_application_without_a_secret_has_programs_by_what_it_holds(
    administrator_browser, colleague_browser, server, tmp_path, now, insert, part
):
    server.secrets.update(expires_at=now)
    place = f"/security/clients/{server.pk}"
    connect = administrator_browser.get(f"{place}/{insert(server)}/connect")
    details = administrator_browser.get(place)

    for snippets in map(snippets_of, (connect, details)):
        assert SERVER <= snippets.keys() <= {*SERVER, "job"}
        assert ("job" in snippets) is (part == "/var/run/portal/token")
        assert is_module(snippets["node-client"], tmp_path)
        ast.parse(snippets["authlib"])
        for name in ("authlib", "node-client"):
            assert part in snippets[name]
            assert "https://rooms.example/callback" in snippets[name]
        assert not any("CLIENT_SECRET" in text for text in snippets.values())
    seen_by_a_viewer = snippets_of(colleague_browser.get(place))
    assert part not in seen_by_a_viewer["authlib"]  # who may not know what the client holds


def test_application_with_a_secret_and_a_key_has_settings_for_the_secret(
    administrator_browser, server
):
    by_key(server)

    snippets = snippets_of(administrator_browser.get(f"/security/clients/{server.pk}"))

    assert "CLIENT_SECRET" in snippets["authlib"]


@pytest.mark.parametrize("client_type", ["authorization-code", "hybrid"])
def test_guide_has_programs_that_can_be_parsed(administrator_browser, tmp_path, client_type):
    snippets = snippets_of(administrator_browser.get(f"/help/get-started/{client_type}"))

    for name, text in snippets.items():
        if name in {"oidc-client-ts", "node-client"}:
            assert is_module(text, tmp_path)
        if name == "authlib":
            ast.parse(text)
            assert '@app.get("/callback")' in text
