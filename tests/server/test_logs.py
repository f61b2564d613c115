"""Log lines, in text and in JSON: TOK-7, AUD-3, LOG-1 and LOG-2."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.test import Client as Browser

from clients_app.http import operation_ids
from tests.oauth import wsgi
from tests.oauth.conftest import (  # noqa: F401 - fixtures
    clients,
    key_fields,
    known_secrets,
    shared_clients,
    shared_key,
    signing_key,
)
from tests.oauth.wsgi import basic, form
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.server.captured_logs import CapturedLogs, captured_logs

log = logging.getLogger("clients_app.test")
GRANT = form(grant_type="client_credentials")
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR) [\w.]+( \[[-\w]{36}\])?: "
)

pytestmark = pytest.mark.one_database  # what is logged


@pytest.fixture
def lines() -> Iterator[CapturedLogs]:
    """The log of this test."""
    with captured_logs() as found:
        yield found


@pytest.fixture(params=wsgi.ENTRANCES)
def ask(request: pytest.FixtureRequest) -> Callable[..., wsgi.Reply]:
    """A function that sends a token request; the test runs once for each entrance."""
    return lambda **parts: wsgi.ENTRANCES[request.param](wsgi.environ(**parts))


def objects(lines: CapturedLogs) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.json.splitlines()]


def test_rejected_token_request_logs_one_line_with_the_operation_id(
    clients: SimpleNamespace,  # noqa: F811  a fixture
    ask: Callable[..., wsgi.Reply],
    lines: CapturedLogs,
):
    """TOK-7: client, reason, address and operation id in the log; only the id in the response."""
    wrong = clients.expired

    reply = ask(authorization=basic(wrong.id, wrong.plain), body=GRANT)

    [said] = [one for one in objects(lines) if one["logger"] == "clients_app.oauth"]
    assert reply.status == 401
    assert said["operation_id"] == reply.operation_id
    assert len(reply.operation_id) == 36
    assert (said["event"], said["error"]) == ("token.refused", "invalid_client")
    assert (said["client_id"], said["address"]) == (wrong.id, "192.0.2.7")
    assert said["cause"] == "no live secret fits"
    assert reply.operation_id in lines.text
    assert "secret fits" not in reply.body.decode()
    assert wrong.plain not in lines.text + lines.json


def test_each_request_has_its_own_id(
    clients: SimpleNamespace,  # noqa: F811  a fixture
    ask: Callable[..., wsgi.Reply],
):
    """Also after an earlier request in the same thread."""
    assert len({ask(body=GRANT).operation_id for _ in range(3)}) == 3


def test_issued_tokens_are_logged_if_enabled(
    clients: SimpleNamespace,  # noqa: F811  a fixture
    ask: Callable[..., wsgi.Reply],
    lines: CapturedLogs,
    settings,
):
    """LOG-3: a line per token is a setting, off by default. AUD-3: client id, jti, scope and the
    secret's id; never the token."""
    good = {"authorization": basic(clients.good.id, clients.good.plain), "body": GRANT}
    assert ask(**good).status == 200
    assert "Token issued" not in lines.text

    settings.LOG_TOKENS = True
    reply = ask(**good)

    [said] = [one for one in objects(lines) if one.get("event") == "token.issued"]
    token = reply.json()["access_token"]
    assert said["client_id"] == clients.good.id
    assert (said["secret_id"], said["scope"]) == (clients.good.secret.pk, "api")
    assert re.fullmatch("[0-9a-f]{32}", str(said["jti"]))
    assert said["operation_id"]
    assert not any(part in lines.text + lines.json for part in token.split("."))


def test_log_lines_of_a_page_have_its_id(administrator_browser: Browser, lines: CapturedLogs):
    reply = administrator_browser.get("/nowhere")

    [said] = [one for one in objects(lines) if one["logger"] == "django.request"]
    assert reply["Operation-Id"] == said["operation_id"]
    assert f"django.request [{reply['Operation-Id']}]: Not Found: /nowhere" in lines.text
    assert reply["Operation-Id"] in reply.content.decode()


def test_forbidden_page_shows_the_id(colleague_browser: Browser):
    reply = colleague_browser.get("/security/clients/add")

    assert reply.status_code == 403
    assert f'<code translate="no">{reply["Operation-Id"]}</code>' in reply.content.decode()


def test_id_from_the_request_is_ignored(client: Browser, db: None):
    reply = client.get("/sign-in", headers={"operation-id": "mine", "x-request-id": "mine"})

    assert re.fullmatch(r"[0-9a-f-]{36}", reply["Operation-Id"])


def test_cacheable_response_has_no_id(client: Browser, db: None):
    reply = client.get("/identity/.well-known/openid-configuration")

    assert "public" in reply["Cache-Control"]
    assert "Operation-Id" not in reply


@pytest.mark.parametrize(
    "name", ["Pump\r\n2026-01-01T00:00:00.000Z INFO x: fake", "a\u2028b", "a\x1b[2Jb", "a\u202eb"]
)
def test_line_break_in_a_name_adds_no_log_line(lines: CapturedLogs, name: str):
    """LOG-1: log injection."""
    log.info("Client %s was added.", name, extra={"event": name})

    assert len(lines.text.splitlines()) == len(lines.json.splitlines()) == 1
    assert lines.text[:-1].isprintable()
    assert lines.json[:-1].isprintable()
    assert objects(lines)[0]["event"] == name


def test_line_break_in_a_path_adds_no_log_line(client: Browser, db: None, lines: CapturedLogs):
    client.get("/x%0d%0a2026-01-01T00:00:00.000Z%20INFO%20x:%20fake%00")

    assert len(lines.text.splitlines()) == 1
    assert [one["logger"] for one in objects(lines)] == ["django.request"]


def test_traceback_is_indented_below_its_line(lines: CapturedLogs):
    operation_ids.begin()
    try:
        raise ValueError("first\n2026-01-01T00:00:00.000Z INFO x: fake\nBearer abcdefgh12345")
    except ValueError:
        log.exception("It failed.")

    first, *rest = lines.text.splitlines()
    assert LINE.match(first)
    assert rest
    assert all(line.startswith("    ") for line in rest)
    [said] = objects(lines)
    assert "ValueError" in str(said["traceback"])
    assert said["operation_id"] == operation_ids.current()
    assert "abcdefgh" not in lines.text + lines.json


def test_server_writes_only_json_if_configured(tmp_path_factory: pytest.TempPathFactory):
    """LOG-2: `jq -e . < log`, from start to stop, with pages, tokens and a refused request."""
    folder = tmp_path_factory.mktemp("json") / "var"
    with PortalProcess(folder, like=prepared_portal(), LOG_FORMAT="json") as portal:
        portal.answers()
        portal.get("/nowhere")
        portal.get("/identity/connect/token")
        portal.stop()
        log_lines = portal.log().splitlines()

    told = [line for line in log_lines if line.startswith("The portal is at ")]
    said = [json.loads(line) for line in log_lines if line not in told]
    events = [one.get("event") for one in said]
    assert len(told) == 1  # for the person who started it
    assert events[0] == "server.started"
    assert events[-1] == "server.stopped"
    assert "token.refused" in events
    assert all(re.fullmatch(r"[\d-]{10}T[\d:.]{12}Z", one["at"]) for one in said)
    assert all("operation_id" in one for one in said if one["logger"] == "django.request")
