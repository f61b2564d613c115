"""SEC-3 and LOG-1: secrets, tokens, passwords and cookies do not leak.

Every URL of the portal is requested with all of them, signed in and not, with a working database
and a failing one. Then logs, pages, mail, cache and tables are searched.
"""

import base64
import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.db.backends.utils import CursorWrapper
from django.test import Client as Browser
from django.utils.html import escape

from clients_app.http.middleware import is_for_machines
from clients_app.models import SigningKey, Tenant
from tests.conftest import Machine
from tests.oauth import wsgi
from tests.oauth.conftest import key_fields, shared_key, signing_key  # noqa: F401 - fixtures
from tests.ops.secret_leaks import every_url, found_in, query_of
from tests.portal_process import PASSWORD
from tests.responses import value_of
from tests.server.captured_logs import captured_logs

TYPED_WRONG = "Nine-brown-otters-9"


@pytest.fixture
def marks(administrator_browser: Browser, machine: Machine, signing_key: SigningKey):  # noqa: F811  a fixture
    """The secrets by name; all are real except one of the passwords."""
    grant = wsgi.form(grant_type="client_credentials")
    header = wsgi.basic(str(machine.client.pk), machine.plain)
    reply = wsgi.through_the_short_entrance(wsgi.environ(authorization=header, body=grant))
    return {
        "secret": machine.plain,
        "token": reply.json()["access_token"].rpartition(".")[2],  # its signature
        "password": PASSWORD,
        "wrong": TYPED_WRONG,
        "cookie": administrator_browser.cookies["sessionid"].value,
        "key": f"ab1cd2-{uuid4().hex}",
    }


@pytest.fixture
def sent(
    administrator_browser: Browser, marks: dict[str, str], machine: Machine
) -> Callable[[], SimpleNamespace]:
    """A function that requests every URL with all secrets and returns what was written."""

    def send() -> SimpleNamespace:
        nobody = Browser()
        pages: list[str] = []
        with captured_logs() as log:
            for browser, address in itertools.product(
                (administrator_browser, nobody), list(addresses(marks, machine))
            ):
                if browser is nobody and is_for_machines(address):
                    continue  # machines have no session: it would be the same again
                browser.raise_request_exception = False
                for reply in asked(browser, address, marks, machine):
                    pages.append(told(reply))
                if browser is administrator_browser:
                    browser.cookies["sessionid"] = marks["cookie"]
        return SimpleNamespace(pages="\n".join(pages), log=log)

    return send


def addresses(marks: dict[str, str], machine: Machine) -> Iterator[str]:
    known = {"client": machine.client.pk, "secret": machine.secret.pk, "mark": marks["key"]}
    # They would end the session that the other requests need.
    skipped = ("/sign-out", "/admin/logout/", "/identity/connect/endsession", "/account/sessions/")
    for address in every_url(nobody=uuid4(), **known):
        if not address.startswith(skipped):
            yield address


def asked(browser: Browser, address: str, marks: dict[str, str], machine: Machine) -> Iterator[Any]:
    """Yield the responses to valid and invalid requests of people and machines."""
    basic = base64.b64encode(f"{machine.client.pk}:{marks['secret']}".encode()).decode()
    typed = {
        "login": "mara",
        "username": "mara",
        "password": marks["wrong"],
        "proof": marks["wrong"],
        "proof_for": "POST",
        "client_id": str(machine.client.pk),
        "client_secret": marks["secret"],
        "token": f"eyJhbGciOiJSUzI1NiJ9.e30.{marks['token']}",
        "grant_type": "client_credentials",
    }
    yield browser.get(f"{address}?{query_of(marks)}")
    yield posted(browser, address, typed, authorization=f"Basic {basic}")
    if is_for_machines(address):  # they read the secret from the form only without the header
        yield posted(browser, address, typed)
    proved = typed | {"password": marks["password"], "proof": marks["password"]}
    bearer = f"Bearer e30.e30.{marks['token']}"
    yield posted(
        browser, address, {**proved, "proof_for": "GET"}, authorization=bearer, hx_request="true"
    )


def posted(browser: Browser, address: str, fields: dict[str, str], **headers: str) -> Any:
    return browser.post(address, urlencode(fields), content_type=wsgi.FORM, headers=headers)


def told(reply: Any) -> str:
    """Return the headers, and the body of an error or a redirect."""
    headers = " ".join(value for name, value in reply.headers.items() if name != "Set-Cookie")
    if reply.status_code < 300 or reply.streaming:
        return headers
    return f"{headers}\n{reply.content.decode(errors='replace')}"


def without_own_query(pages: str, marks: dict[str, str]) -> str:
    """Return ``pages`` without the query of the request, which a redirect after sign-in
    repeats."""
    query = query_of(marks)
    for spelled in (query, escape(query), quote(query), quote(query, safe="")):
        pages = pages.replace(spelled, "")
    return pages


def assert_clean(sent: SimpleNamespace, marks: dict[str, str], dump: str) -> None:
    everywhere = {name: mark for name, mark in marks.items() if name != "key"}
    in_tables = {name: mark for name, mark in everywhere.items() if name != "cookie"}
    mails = "\n".join(str(one.message()) for one in mail.outbox)
    cached = "\n".join(map(str, cache._cache.values()))
    assert found_in(sent.log.text, marks) == {}
    assert found_in(sent.log.json, marks) == {}
    assert found_in(without_own_query(sent.pages, marks), everywhere) == {}
    assert found_in(mails, marks) == {}
    assert found_in(cached, marks) == {}
    assert found_in(dump, in_tables) == {}  # the session table stores the cookie as its key


@pytest.mark.one_database  # the same rows on both, and `test_matrix.py` opens each page on both
def test_secrets_do_not_leak_in_normal_operation(
    sent: Callable[[], SimpleNamespace],
    marks: dict[str, str],
    dump_of_every_table: Callable[[], str],
    administrator_browser: Browser,
):
    was = sent()

    assert administrator_browser.get("/security/roles").status_code == 200  # still signed in
    assert "django.request" in was.log.text
    assert "Token refused" in was.log.text
    assert_clean(was, marks, dump_of_every_table())


@pytest.mark.sweep
@pytest.mark.one_database  # a stand-in fails, not the database
@pytest.mark.parametrize("good_queries", [0, 3])
def test_secrets_do_not_leak_when_the_database_fails(
    sent: Callable[[], SimpleNamespace],
    marks: dict[str, str],
    dump_of_every_table: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    good_queries: int,
    tenant: Tenant,
):
    """Immediately, and after the session was read: pages with status 500, tracebacks in the log."""
    execute, count = CursorWrapper.execute, itertools.count()

    def failing(cursor: CursorWrapper, sql: Any, params: Any = None) -> Any:
        if "SAVEPOINT" not in str(sql) and next(count) % (good_queries + 1) == good_queries:
            raise RuntimeError("the database is on fire")
        return execute(cursor, sql, params)

    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", failing)
        was = sent()

    assert "Traceback" in was.log.text
    assert "on fire" in was.log.text
    assert "on fire" not in was.pages
    assert "Something went wrong" in was.pages
    assert good_queries or '"error": "server_error"' in was.pages
    assert_clean(was, marks, dump_of_every_table())


def test_search_finds_every_encoding(marks: dict[str, str]):
    """Proves the tests above."""
    for name, mark in marks.items():
        for text in (
            f"a {mark} b",
            base64.b64encode(f"id:{mark}".encode()).decode(),
            base64.b64encode(f"ab{mark}c".encode()).decode(),
            f"cut off {mark[:20]}…",
            mark[::-1],
        ):
            assert name in found_in(text, marks)


def test_responses_with_a_secret_are_not_compressed(
    administrator_browser: Browser,
    tenant: Tenant,
    machine: Machine,
    signing_key: SigningKey,  # noqa: F811  a fixture
):
    """LOG-1: the length of a compressed response could reveal the secret."""
    wanted = {"accept_encoding": "gzip, deflate, br, zstd"}
    window = administrator_browser.get(f"/security/clients/{machine.client.pk}/secrets/add")
    added = administrator_browser.post(
        f"/security/clients/{machine.client.pk}/secrets/add",
        {
            "form_key": value_of("form_key", window),
            "secret_description": "",
            "never_expires": "on",
        },
        headers=wanted,
    )
    grant = {"grant_type": "client_credentials", "client_id": str(machine.client.pk)}
    fields = {**grant, "client_secret": machine.plain}
    token = posted(administrator_browser, "/identity/connect/token", fields, **wanted)

    assert b"pcs_" in added.content
    assert b"access_token" in token.content
    for reply in (added, token):
        assert not {"Content-Encoding", "Transfer-Encoding"} & set(reply.headers)
        assert "no-store" in reply["Cache-Control"]
