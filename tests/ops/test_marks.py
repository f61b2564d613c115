"""SEC-3 and LOG-1: no secret, token, password or cookie is anywhere it was not meant for.

Every address that the resolver knows is asked with all of them, as a person and as nobody, in
health and with a database that fails; then all that was written is looked through.
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

from clients_app.models import SigningKey, Tenant
from tests.conftest import Machine
from tests.oauth import wire
from tests.oauth.conftest import key_fields, signing_key  # noqa: F401 - fixtures
from tests.ops.logs import written
from tests.ops.marks import every_address, found_in, query_of
from tests.portal_process import PASSWORD
from tests.responses import value_of

TYPED_WRONG = "Nine-brown-otters-9"


@pytest.fixture
def marks(administrator_browser: Browser, machine: Machine, signing_key: SigningKey):  # noqa: F811  a fixture
    """The marked texts by name; all but one of the passwords are real."""
    grant = wire.form(grant_type="client_credentials")
    header = wire.basic(str(machine.client.pk), machine.plain)
    reply = wire.through_the_short_entrance(wire.environ(authorization=header, body=grant))
    return {
        "secret": machine.plain,
        "token": reply.json()["access_token"].rpartition(".")[2],  # what makes it one
        "password": PASSWORD,
        "wrong": TYPED_WRONG,
        "cookie": administrator_browser.cookies["sessionid"].value,
        "key": f"ab1cd2-{uuid4().hex}",
    }


@pytest.fixture
def sent(
    administrator_browser: Browser, marks: dict[str, str], machine: Machine
) -> Callable[[], SimpleNamespace]:
    """A function that asks every address with all marks, and returns what was written."""

    def send() -> SimpleNamespace:
        nobody = Browser()
        pages: list[str] = []
        with written() as log:
            for browser, address in itertools.product(
                (administrator_browser, nobody), list(addresses(marks, machine))
            ):
                browser.raise_request_exception = False
                for reply in asked(browser, address, marks, machine):
                    pages.append(told(reply))
                if browser is administrator_browser:
                    browser.cookies["sessionid"] = marks["cookie"]
        return SimpleNamespace(pages="\n".join(pages), log=log)

    return send


def addresses(marks: dict[str, str], machine: Machine) -> Iterator[str]:
    known = {"client": machine.client.pk, "secret": machine.secret.pk, "mark": marks["key"]}
    skipped = ("/sign-out", "/admin/logout/")  # they would end the session that others need
    for address in every_address(nobody=uuid4(), **known):
        if address not in skipped:
            yield address


def asked(browser: Browser, address: str, marks: dict[str, str], machine: Machine) -> Iterator[Any]:
    """Ask as people and machines do, rightly and wrongly."""
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
    yield posted(browser, address, typed)
    proved = typed | {"password": marks["password"], "proof": marks["password"]}
    bearer = f"Bearer e30.e30.{marks['token']}"
    yield posted(
        browser, address, {**proved, "proof_for": "GET"}, authorization=bearer, hx_request="true"
    )


def posted(browser: Browser, address: str, fields: dict[str, str], **headers: str) -> Any:
    return browser.post(address, urlencode(fields), content_type=wire.FORM, headers=headers)


def told(reply: Any) -> str:
    """Return what a refusal or a redirect says, and the address of every answer."""
    headers = " ".join(value for name, value in reply.headers.items() if name != "Set-Cookie")
    if reply.status_code < 300 or reply.streaming:
        return headers
    return f"{headers}\n{reply.content.decode(errors='replace')}"


def without_own_query(pages: str, marks: dict[str, str]) -> str:
    """Return ``pages`` without the query that the asker wrote himself: after sign-in he comes back
    to the address that he asked for."""
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
    assert found_in(dump, in_tables) == {}  # the key of a session is what its table is sought by


def test_nothing_leaks_in_health(
    sent: Callable[[], SimpleNamespace],
    marks: dict[str, str],
    dump_of_every_table: Callable[[], str],
):
    was = sent()

    assert "django.request" in was.log.text
    assert "Token refused" in was.log.text
    assert_clean(was, marks, dump_of_every_table())


@pytest.mark.parametrize("good_queries", [0, 3])
def test_nothing_leaks_when_the_database_fails(
    sent: Callable[[], SimpleNamespace],
    marks: dict[str, str],
    dump_of_every_table: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    good_queries: int,
    tenant: Tenant,
):
    """At once, and after who asks was read: pages that say 500, with tracebacks in the log."""
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


def test_the_search_finds_what_it_looks_for(marks: dict[str, str]):
    """A search that finds nothing proves nothing."""
    for name, mark in marks.items():
        for text in (
            f"a {mark} b",
            base64.b64encode(f"id:{mark}".encode()).decode(),
            base64.b64encode(f"ab{mark}c".encode()).decode(),
            f"cut off {mark[:20]}…",
            mark[::-1],
        ):
            assert name in found_in(text, marks)


def test_answers_with_a_secret_are_not_compressed(
    administrator_browser: Browser,
    tenant: Tenant,
    machine: Machine,
    signing_key: SigningKey,  # noqa: F811  a fixture
):
    """LOG-1: what is compressed together with a secret tells its letters by its length."""
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
