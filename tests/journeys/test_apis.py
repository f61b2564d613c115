"""An API from Add API to its first token: its own audience and scopes, at every step."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import expect_window, reload_until_visible
from tests.journeys.snippet_programs import RUNS, run
from tests.journeys.visitor import Visitor, press
from tests.portal_process import TENANT, PortalProcess


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def token_for(portal: PortalProcess, client: dict[str, str], **more: str) -> dict[str, Any]:
    """Return the answer of the token endpoint."""
    form = {"grant_type": "client_credentials", **client, **more}
    answer = requests.post(f"{portal.url}/identity/connect/token", form, timeout=60)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def client(live_portal: PortalProcess) -> dict[str, str]:
    """The two values of a client."""
    words = ("clients", "add", f"Caller {uuid4()}", "--json", "--tenant", TENANT)
    added = json.loads(live_portal.run(*words).stdout)
    return {key: added[key] for key in ("client_id", "client_secret")}


def add_api(visitor: Visitor, name: str, identifier: str, scopes: str) -> Page:
    """Add an API from the list; return the page of its Details."""
    page = visitor.page("/security/apis")
    page.get_by_role("link", name="Add API").click()
    window = expect_window(page, "Add API")
    window.get_by_label("Name", exact=True).fill(name)
    window.get_by_label("Identifier").fill(identifier)
    window.get_by_label("Scopes").fill(scopes)
    press(page, "Add")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page


def allow(visitor: Visitor, page: Page, client_id: str, api: str, scope: str) -> None:
    """Let a client call an API with one scope; without a script, Preview shows the scopes."""
    page.goto(f"/security/clients/{client_id}/apis")
    page.get_by_role("link", name="Edit APIs").click()
    window = expect_window(page, "Edit APIs")
    window.get_by_role("checkbox", name=api).check()
    if not visitor.javascript:
        press(page, "Preview")
    window.get_by_role("checkbox", name=scope).check()
    press(page, "Save")
    expect(page.get_by_role("link", name=api)).to_be_visible()


def program_of(place: Page | Locator, language: str) -> str:
    """Return a program as it would be copied."""
    return place.locator(f"pre[data-lang={language}]").text_content() or ""


def judged(program: str, folder: Path, *arguments: str) -> str:
    """Return the last line that a program of Verify tokens writes about a token."""
    file = folder / "verify.py"
    file.write_text(f"{program}\nimport sys\nprint(claims_of(*sys.argv[1:])['client_id'])")
    command = [sys.executable, str(file), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return (ended.stdout or ended.stderr).splitlines()[-1]


@WITH_AND_WITHOUT_JAVASCRIPT
def test_api_from_add_to_its_first_token(
    visitor: Visitor, live_portal: PortalProcess, client: dict[str, str], tmp_path: Path
) -> None:
    name, identifier = f"Orders {uuid4()}", f"https://orders.example/{uuid4()}"
    page = add_api(visitor, name, identifier, "orders.read Read orders\norders.write Place orders")
    api = page.url
    expect(page.get_by_role("link", name="Scopes")).to_contain_text("2")
    allow(visitor, page, client["client_id"], name, "orders.read")

    answer = token_for(live_portal, client, resource=identifier)

    claims = claims_of(answer["access_token"])
    assert (claims["aud"], claims["scope"]) == (identifier, "orders.read")
    asked = page.get_by_role("listitem").filter(has_text="1 token")
    reload_until_visible(page, asked)
    expect(asked).to_contain_text(identifier)
    expect(page.get_by_role("link", name="Remove what is unused")).to_be_visible()
    page.goto(f"{api}/clients")
    expect(page.get_by_role("row").filter(has_text="Caller")).not_to_contain_text("Never")
    page.goto(f"{api}/verify")
    program, other = program_of(page, "python"), token_for(live_portal, client)["access_token"]
    token = answer["access_token"]
    assert judged(program, tmp_path, token, "orders.read") == client["client_id"]
    assert "lacks the scope" in judged(program, tmp_path, token, "orders.write")
    assert "InvalidAudienceError" in judged(program, tmp_path, other, "orders.read")


def secret_window(page: Page, client_id: str) -> Locator:
    """Add a secret to a client; return the window that shows it."""
    page.goto(f"/security/clients/{client_id}/secrets")
    page.get_by_role("link", name="Add Secret").click()
    expect_window(page, "Add Secret").get_by_label("Never Expires").check()
    press(page, "Add")
    return expect_window(page, "Secret Successfully Added")


@pytest.mark.sweep
def test_programs_and_test_it_ask_for_the_chosen_api(
    visitor: Visitor, live_portal: PortalProcess, client: dict[str, str], tmp_path: Path
) -> None:
    name, identifier = f"Sales {uuid4()}", f"https://sales.example/it's?id={uuid4()}&b=$1"
    page = add_api(visitor, name, identifier, "sell")
    allow(visitor, page, client["client_id"], name, "sell")
    window = secret_window(page, client["client_id"])
    plain = window.locator("#id_client_secret").inner_text()
    window.get_by_label("For which API").select_option(identifier)

    for language, get_token in RUNS.items():
        program = program_of(window, language)
        assert claims_of(get_token(program, tmp_path, CLIENT_SECRET=plain))["aud"] == identifier, (
            language
        )
    answer = json.loads(run("bash", "-c", program_of(window, "curl"), folder=tmp_path))
    assert claims_of(answer["access_token"])["aud"] == identifier
    press(page, "Test it")
    result = window.get_by_role("status", name="Test result")
    row = result.get_by_role("row").filter(has=page.get_by_text("aud", exact=True))
    expect(row).to_contain_text(identifier)
    window.get_by_label("For which API").select_option("")
    press(page, "Test it")
    expect(row).to_contain_text(live_portal.url)
    assert "resource" not in program_of(window, "curl")
