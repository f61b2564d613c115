"""A key pair made in the browser: its private key is only downloaded, and gets a token. CRE-9."""

import json
import time
import urllib.parse
import urllib.request
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey
from playwright.sync_api import Page, Request, expect

from tests.journeys.page_actions import expect_closed, expect_window
from tests.journeys.visitor import Visitor, press
from tests.portal_process import TENANT, PortalProcess


def test_key_pair_of_the_browser_gets_a_token_and_its_private_key_stays(
    visitor: Visitor, tmp_path: Path
):
    portal = visitor.portal
    added = portal.manage("clients", "add", "Gateway with a key", "--json", "--tenant", TENANT)
    client_id = json.loads(added.stdout)["client_id"]
    sent: list[str] = []
    page = visitor.page(f"/security/clients/{client_id}/secrets")
    page.on("request", lambda request: sent.append(_body_of(request)))

    page.get_by_role("link", name="Add Public Key").click()
    expect_window(page, "Add Public Key")
    private = downloaded(page, tmp_path)
    expect(page.get_by_text("The private key is downloaded")).to_be_visible()
    press(page, "Add")
    expect_closed(page)

    expect(page.locator("#details")).to_contain_text(private.thumbprint())
    secret = private.as_pem(private=True).decode().split("\n")[1]
    assert any("BEGIN PUBLIC KEY" in body for body in sent)
    assert not any(secret in body or "PRIVATE" in body for body in sent)
    assert token_of(portal, client_id, private)["token_type"] == "Bearer"


def downloaded(page: Page, folder: Path) -> ECKey:
    """Press the button; return the private key of the file that comes."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Make a key pair in this browser").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "private-key.pem"
    key: ECKey = ECKey.import_key(path.read_bytes())
    return key


def token_of(portal: PortalProcess, client_id: str, private: ECKey) -> dict[str, object]:
    """Return the answer of the token endpoint to an assertion of the private key."""
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "exp": now + 240, "iat": now, "jti": "one"}
    claims["aud"] = f"{portal.url}/identity"
    fields = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "ES256"}, claims, private),
    }
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{portal.url}/identity/connect/token", body) as answer:  # noqa: S310  a URL of this test
        found: dict[str, object] = json.load(answer)
    return found


def _body_of(request: Request) -> str:
    body = (request.post_data_buffer or b"").decode(errors="replace")
    return urllib.parse.unquote_plus(f"{request.url} {body}")
