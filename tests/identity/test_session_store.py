"""What the database has of a session."""

import base64
import zlib
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client as Browser

from clients_app import conf
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import Person, Session, Tenant
from tests.actors import command_line_in
from tests.conftest import browser_of
from tests.portal_process import PASSWORD


@pytest.fixture
def signed_in(administrator: Person) -> Browser:
    browser = Browser()
    assert browser.post("/sign-in", {"login": "mara", "password": PASSWORD}).status_code == 303
    return browser


def cookie_of(browser: Browser) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def with_cookie(value: str) -> Browser:
    browser = Browser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = value
    return browser


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def readable(data: str) -> bytes:
    """Return what anyone can make of a row's text, also if it is a signed value of Django."""
    body = data.lstrip(".").partition(":")[0]
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw


def test_session_key_of_the_database_signs_nobody_in(
    signed_in: Browser, dump_of_every_table: Callable[[], str]
) -> None:
    assert is_signed_in(with_cookie(cookie_of(signed_in)))

    assert cookie_of(signed_in) not in dump_of_every_table()
    for row in Session.objects.all():
        assert not is_signed_in(with_cookie(row.session_key))
        assert not is_signed_in(with_cookie(row.session_key[:32]))


def test_session_content_of_the_database_cannot_be_read(signed_in: Browser) -> None:
    row = Session.objects.get()
    plain = signing.dumps(dict(signed_in.session), compress=True)  # as Django's own store keeps it

    assert b"_auth_user" in readable(plain)
    assert b"_auth_user" not in readable(row.session_data)
    assert "_auth_user" not in row.session_data


def test_opened_one_time_link_cannot_be_read_from_the_database(
    client: Browser, colleague: Person, tenant: Tenant, now, dump_of_every_table: Callable[[], str]
) -> None:
    link = make_one_time_link(colleague, actor=command_line_in(tenant), now=now)
    client.get(link.removeprefix(conf.public_url()))
    key = link.rpartition("/")[2].partition("-")[2]

    kept = client.session["_password_reset_key"]
    assert kept == key
    assert key not in dump_of_every_table()
    assert key.encode() not in readable(Session.objects.get().session_data)


def test_session_changed_in_the_database_is_over(signed_in: Browser) -> None:
    others = browser_of(Person.objects.get())
    mine, foreign = Session.objects.order_by("expire_date")
    Session.objects.filter(pk=mine.pk).update(session_data=foreign.session_data[:-8] + "AAAAAAA=")

    assert not is_signed_in(signed_in)
    assert is_signed_in(others)
    Session.objects.filter(pk=foreign.pk).update(session_data="not base64")
    assert not is_signed_in(others)


def test_session_of_a_former_secret_key_still_works(
    signed_in: Browser, settings: pytest.FixtureRequest
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, " * 6

    assert is_signed_in(signed_in)


def test_sign_out_removes_the_row(signed_in: Browser) -> None:
    assert Session.objects.exists()

    signed_in.post("/sign-out")

    assert not Session.objects.exists()
