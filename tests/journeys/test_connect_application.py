"""Connect your application: each snippet runs as copied, and Test it shows the result."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.journeys import secret_search
from tests.journeys.conftest import NewVisitor
from tests.journeys.page_actions import add_client, shown_credentials
from tests.journeys.snippet_programs import LABELS, RUNS, run
from tests.journeys.token_requests import claims_by_pyjwt
from tests.journeys.visitor import Visitor, press, window_of
from tests.portal_process import PortalProcess

TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
NAMED = """() => [
  document.title, location.href, JSON.stringify(history.state),
  JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}), document.cookie,
  ...[...document.querySelectorAll("*")].flatMap((element) => [...element.attributes])
    .map((attribute) => attribute.value),
].join("\\n")"""
DISABLE = """
from django.utils import timezone
from clients_app.actors import Actor
from clients_app.models import Client
from clients_app.services.clients.edits import set_enabled
client = Client.objects.get(pk={client_id!r})
actor = Actor.command_line(client.tenant_id)
set_enabled(client, enabled=False, actor=actor, now=timezone.now())
"""


def snippet(page: Page, language: str) -> str:
    """Choose a snippet, copy it, and return what the clipboard holds."""
    window_of(page).get_by_role("radio", name=language, exact=True).check(force=True)
    expect(window_of(page).locator(".snippet pre:visible")).to_have_count(1)
    button = window_of(page).get_by_role("button", name="Copy snippet")
    button.click()
    expect(button).to_have_text("Copied")
    return page.evaluate("navigator.clipboard.readText()")


@pytest.mark.sweep
def test_snippet_runs_as_copied(
    visitor: Visitor, live_portal: PortalProcess, tmp_path: Path
) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_portal.url)
    page = visitor.page("/security/clients")
    added = add_client(page, "Snippets that run")
    address = f"{live_portal.url}/identity/connect/token"

    for language, get_token in RUNS.items():
        token = get_token(snippet(page, LABELS[language]), tmp_path, CLIENT_SECRET=added.plain)
        assert claims_by_pyjwt(live_portal, token)["client_id"] == added.client_id, language
    expect(window_of(page).get_by_text("Client Secret not copied yet")).to_be_visible()

    answer = json.loads(run("bash", "-c", snippet(page, "curl"), folder=tmp_path))
    claims = claims_by_pyjwt(live_portal, answer["access_token"])
    assert claims["client_id"] == added.client_id
    expect(window_of(page).get_by_text("Client Secret copied", exact=True)).to_be_visible()

    (tmp_path / ".env").write_text(snippet(page, ".env"))
    names = ("CLIENT_ID", "CLIENT_SECRET", "TOKEN_URL")
    told = "; ".join(f'echo "${name}"' for name in names)
    read = run("bash", "-ec", f"set -a; . ./.env; {told}", folder=tmp_path)
    assert read.split() == [*added, address]
    assert read_by_django_environ(tmp_path / ".env", names) == [*added, address]

    settings = json.loads(snippet(page, "appsettings.json"))
    assert settings == {
        "Portal": {"TokenUrl": address, "ClientId": added.client_id, "ClientSecret": added.plain}
    }


def read_by_django_environ(file: Path, names: tuple[str, ...]) -> list[str]:
    program = (
        f"import environ, os; environ.Env.read_env({str(file)!r}, overwrite=True);"
        f"print(*(os.environ[name] for name in {names!r}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.split()


def result_of(page: Page) -> Locator:
    return window_of(page).get_by_role("status", name="Test result")


def test_test_it_shows_claims_and_never_the_token(
    visitor: Visitor, live_portal: PortalProcess
) -> None:
    """WEB-6 to WEB-8: no form field and nothing that outlives the window has secret or token."""
    page = visitor.page("/security/clients")
    added = add_client(page, "Tested at once")
    expect(result_of(page)).to_have_count(0)

    with page.expect_response("**/identity/connect/token") as asked:
        press(page, "Test it")

    expect(result_of(page)).to_contain_text("200 - token for 3600 seconds")
    expect(result_of(page)).to_contain_text("milliseconds")
    claims = claims_by_pyjwt(live_portal, asked.value.json()["access_token"])
    for name in ("iss", "aud", "sub", "tid", "scope", "cred"):
        row = result_of(page).get_by_role("row").filter(has=page.get_by_text(name, exact=True))
        expect(row.get_by_role("cell")).to_have_text(str(claims[name]))
    expect(result_of(page)).to_contain_text("Tenant Member")
    expect(result_of(page)).to_contain_text(re.compile(r"exp\d{1,2} \w{3} \d{4}, [\d:]{8} UTC"))
    assert asked.value.request.headers.get("cookie") is None
    assert not TOKEN.search(page.content())
    assert secret_search.found_in(page.evaluate(NAMED), added.plain) == set()
    assert not TOKEN.search(page.evaluate(secret_search.IN_THE_BROWSER))
    expect(window_of(page).get_by_text("Client Secret not copied yet")).to_be_visible()


def test_test_it_after_a_refusal_says_what_to_do(
    visitor: Visitor, live_portal: PortalProcess
) -> None:
    visitor.expect(401, "ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
    page = visitor.page("/security/clients")
    added = add_client(page, "Disabled meanwhile")
    disabled = live_portal.run("shell", "-c", DISABLE.format(client_id=added.client_id))
    assert disabled.returncode == 0, disabled.stderr

    press(page, "Test it")
    expect(result_of(page)).to_contain_text("401 - invalid_client")
    expect(result_of(page)).to_contain_text("whether the client is disabled")

    page.route("**/identity/connect/token", lambda route: route.abort())
    press(page, "Test it")
    expect(result_of(page)).to_have_text(
        "No response. Check that the server is running, then test again."
    )
    page.unroute("**/identity/connect/token")
    busy = {"status": 503, "headers": {"Retry-After": "3"}, "json": {"error": "busy"}}
    visitor.expect(503)
    page.route("**/identity/connect/token", lambda route: route.fulfill(**busy))
    press(page, "Test it")
    expect(result_of(page)).to_contain_text("Wait 3 seconds, then test again.")
    assert shown_credentials(page) == added


def test_test_it_without_javascript_is_absent(
    live_portal: PortalProcess, new_visitor: NewVisitor, administrator_cookies: StorageState
) -> None:
    page = new_visitor(live_portal, storage_state=administrator_cookies, javascript=False).page(
        "/security/clients"
    )
    add_client(page, "Cannot be tested")

    expect(window_of(page).get_by_text("Test it")).to_be_hidden()
    expect(window_of(page).locator("pre[data-lang=curl]")).to_be_visible()


def test_created_page_restored_from_browser_cache_redirects(visitor: Visitor) -> None:
    """WEB-4: a page that the browser kept anyway goes to the client immediately."""
    page = visitor.page("/security/clients/add")
    page.get_by_label("Name").fill("Back from the cache")
    page.get_by_role("button", name="Continue").click()
    press(page, "Add")
    added = shown_credentials(page)

    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    page.wait_for_url(f"**/security/clients/{added.client_id}#row-{added.client_id}")
    assert secret_search.in_page(page, added.plain) == set()
