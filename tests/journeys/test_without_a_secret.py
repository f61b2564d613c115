"""From Add Client to a token without any secret: by GitHub's preset, and by a key of the browser.

The issuer is a server on loopback that publishes its keys as GitHub does; the job of the last
window runs as it is shown, with the two variables that GitHub gives to jobs.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from urllib.parse import quote
from uuid import uuid4

import jwt
import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey
from playwright.sync_api import Page, expect

from tests.docs.test_connect_programs import script_of, token_by
from tests.journeys.conftest import WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import close, expect_window, open_add_client, open_tab, send_wrong
from tests.journeys.test_first_token import LINK, choose_password
from tests.journeys.test_key_pair import downloaded
from tests.journeys.visitor import Visitor, press, window_of
from tests.key_server import KeyServer, key_server
from tests.portal_process import TENANT, PortalProcess
from tests.waiting import wait_until

KEY = ECKey.generate_key("P-256")


@pytest.fixture
def issuer() -> Iterator[KeyServer]:
    with key_server() as server:
        found = {"issuer": server.origin, "jwks_uri": server.url}
        server.say(found, path="/.well-known/openid-configuration")
        server.publish(KEY)
        yield server


def to_second_window(page: Page, name: str) -> None:
    window = open_add_client(page)
    window.get_by_label("Name").fill(name)
    press(page, "Continue")
    expect_window(page, "Add Secret")


def choose_github(page: Page) -> None:
    press(page, "Federated Identity")
    expect_window(page, "Add Federated Identity")
    press(page, "GitHub Actions")
    expect(window_of(page).get_by_label("Repository", exact=True)).to_be_visible()


def enter_repository(page: Page, issuer: KeyServer) -> None:
    window = window_of(page)
    window.get_by_label("Organization or user", exact=True).fill("octo-org")
    window.get_by_label("Repository", exact=True).fill("octo-repo")
    window.get_by_label("Environment").fill("production")
    window.get_by_label("Issuer", exact=True).fill(issuer.origin)


def run_job(program: str, issuer: KeyServer, portal: PortalProcess) -> dict[str, str]:
    """Run the job as GitHub would; return the claims of the token that it gets."""
    fetched = "SELECT url FROM clients_app_fetchedkeyset WHERE fetched_at IS NOT NULL"
    wait_until(lambda: (issuer.origin,) in portal.query(fetched))
    audience = f"{portal.url}/identity"
    claims = {
        "iss": issuer.origin,
        "sub": "repo:octo-org/octo-repo:environment:production",
        "aud": audience,
        "exp": int(time.time()) + 600,
    }
    header = {"alg": "ES256", "kid": KEY.thumbprint()}
    path = f"/job?v=1&audience={quote(audience, safe='')}"
    issuer.say({"value": joserfc_jwt.encode(header, claims, KEY)}, path=path)
    given = {
        "PATH": os.environ["PATH"],
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuer.origin}/job?v=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
    }
    script = script_of("github", program) + '\necho "$TOKEN"'
    ended = run(
        ["bash", "-ec", script], env=given, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    token: dict[str, str] = jwt.decode(
        ended.stdout.split()[-1], options={"verify_signature": False}
    )
    return token


def test_new_administrator_gets_a_token_by_github_without_a_secret(
    visitor: Visitor, issuer: KeyServer
) -> None:
    portal = visitor.portal
    added = portal.run(
        "people", "add", f"new-{uuid4()}", "--role", "Tenant Administrator", "--tenant", TENANT
    )
    visitor.context.clear_cookies()
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.url)
    page = visitor.page()
    choose_password(page, LINK.findall(added.stdout)[-1])

    to_second_window(page, f"Deploys {uuid4()}")
    choose_github(page)
    enter_repository(page, issuer)
    press(page, "Add")
    window = expect_window(page, "Client Successfully Created")
    client_id = window.locator("#id_client_id").inner_text()
    button = window.get_by_role("button", name="Copy snippet")
    button.click()
    expect(button).to_have_text("Copied")

    program = page.evaluate("navigator.clipboard.readText()")
    claims = run_job(program, issuer, portal)
    assert claims["client_id"] == client_id
    assert claims["cred"].startswith("identity:")
    close(page)
    pane = open_tab(page, "Secrets")
    expect(pane).to_contain_text("repo:octo-org/octo-repo:environment:production")
    expect(pane).to_contain_text("Safe: accepts one branch or environment of one repository.")


@pytest.mark.sweep
@WITHOUT_JAVASCRIPT
def test_github_without_javascript_keeps_what_was_typed_and_gets_a_token(
    visitor: Visitor, issuer: KeyServer
) -> None:
    visitor.expect(422)
    page = visitor.page("/security/clients")
    to_second_window(page, f"Deploys {uuid4()}")
    window_of(page).get_by_label("Description").fill("Not used")
    choose_github(page)
    enter_repository(page, issuer)
    window_of(page).get_by_label("Repository", exact=True).fill("octo/repo")
    press(page, "Add")
    expect(page.locator("#id_repository_error")).to_contain_text("Enter a value such as octo-repo.")
    expect(window_of(page).get_by_label("Issuer", exact=True)).to_have_value(issuer.origin)
    enter_repository(page, issuer)
    look_at_the_other_windows(page)
    press(page, "Add")

    window = expect_window(page, "Client Successfully Created")
    program = window.locator("pre[data-lang=job]").text_content() or ""
    claims = run_job(program, issuer, visitor.portal)
    assert claims["client_id"] == window.locator("#id_client_id").inner_text()


def look_at_the_other_windows(page: Page) -> None:
    """Go to the secret, to the first window and back to GitHub: all is as it was typed."""
    press(page, "Client Secret")
    expect_window(page, "Add Secret")
    expect(window_of(page).get_by_label("Description")).to_have_value("Not used")
    press(page, "Back")
    expect_window(page, "Add Client")
    press(page, "Continue")
    expect_window(page, "Add Secret")
    choose_github(page)
    expect(window_of(page).get_by_label("Environment")).to_have_value("production")


def test_key_of_the_browser_gets_a_token_from_add_client(visitor: Visitor, tmp_path: Path) -> None:
    visitor.expect(422)
    sent: list[str] = []
    page = visitor.page("/security/clients")
    page.on("request", lambda request: sent.append(request.post_data or ""))
    to_second_window(page, f"Gateway {uuid4()}")
    press(page, "Public Key")
    expect_window(page, "Add Public Key")
    private = downloaded(page, tmp_path)
    expect(page.get_by_text("The private key is downloaded")).to_be_visible()
    window_of(page).get_by_label("Description").fill("x" * 201)
    send_wrong(page, "Add")
    expect(window_of(page).get_by_label("Public key")).to_have_value(re.compile("BEGIN PUBLIC KEY"))
    window_of(page).get_by_label("Description").fill("Gateway 7")
    press(page, "Add")

    window = expect_window(page, "Client Successfully Created")
    window.get_by_role("radio", name="Python").check(force=True)
    program = window.locator("pre[data-lang=python]").text_content() or ""
    claims = token_by("python", program, tmp_path, PRIVATE_KEY_FILE="private-key.pem")
    assert claims["client_id"] == window.locator("#id_client_id").inner_text()
    assert claims["cred"].startswith("key:")
    secret = private.as_pem(private=True).decode().split("\n")[1]
    assert not any(secret[:20] in body or "PRIVATE" in body for body in sent)
