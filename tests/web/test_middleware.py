"""What surrounds every page: whose Host, whose proxy, whose session, and which headers."""

import gzip

import pytest
from django.db import OperationalError

from clients_app.web.views import roles
from tests.web.conftest import plain_secret_in, text_of

ROLES = "/security/roles"


@pytest.mark.parametrize("path", ["/", "/sign-in", ROLES, "/nowhere"])
def test_a_host_that_is_not_ours_is_refused(client, db, path):
    reply = client.get(path, headers={"host": "evil.test"})

    assert reply.status_code == 400
    assert "evil" not in text_of(reply)


@pytest.mark.parametrize(("address", "believed"), [("10.0.0.9", True), ("203.0.113.9", False)])
def test_only_a_trusted_proxy_says_that_it_was_https(client, db, settings, address, believed):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = ("10.0.0.0/8",)

    reply = client.get("/sign-in", headers={"x-forwarded-proto": "https"}, REMOTE_ADDR=address)

    assert reply.status_code == (200 if believed else 301)


@pytest.mark.parametrize("cookie", ["a" * 12 + "\\000", "A" * 32, "a" * 31, "../../" + "a" * 26])
def test_a_cookie_that_can_be_no_session_is_none(client, db, cookie):
    client.cookies.load(f'sessionid="{cookie}"')

    assert client.get(ROLES).status_code == 303


def test_a_page_at_an_address_of_machines_is_a_page(administrator_browser):
    reply = administrator_browser.get("/identity/nowhere")

    assert reply.status_code == 404
    assert "no-store" in reply["Cache-Control"]
    assert reply["Operation-Id"]
    assert reply["Permissions-Policy"]


def test_an_odd_query_at_the_front_is_carried_along(client, db):
    assert client.get("/?path=x&q=a").status_code == 303


@pytest.mark.parametrize("to", ["/a\nb", "/a\rb", "/\x00"])
def test_no_line_of_a_header_is_made_of_an_address(client, administrator, to):
    reply = client.get("/sign-in", {"next": to}, headers={"hx-request": "true"})
    assert reply.status_code == 200


def test_pages_are_in_one_language(client, db):
    text = text_of(client.get("/sign-in", headers={"accept-language": "de"}))

    assert '<html lang="en"' in text
    assert "Passwort" not in text


def test_a_locked_database_is_a_503_to_be_tried_again(administrator_browser, monkeypatch):
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(roles, "roles_with_counts", locked)
    administrator_browser.raise_request_exception = False

    reply = administrator_browser.get(ROLES)

    assert reply.status_code == 503
    assert reply["Retry-After"] == "5"
    assert "may or may not have been saved" in text_of(reply)


def test_strangers_read_the_name_of_no_tenant_where_there_are_two(client, tenant, stranger):
    assert tenant.name not in text_of(client.get("/sign-in"))


GZIP = {"Accept-Encoding": "gzip"}


def test_pages_are_compressed_and_answers_that_carry_a_secret_are_not(
    administrator_browser, draft, machine
):
    page = administrator_browser.get("/security/clients", headers=GZIP)
    assert page["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page["Vary"]
    assert b"Wind park reader" in gzip.decompress(page.content)
    assert "Content-Encoding" not in administrator_browser.get("/security/clients")

    created = administrator_browser.post("/security/clients/register", draft, headers=GZIP)
    assert plain_secret_in(created)
    assert "Content-Encoding" not in created


def test_answers_to_machines_are_never_compressed(client, db):
    for path in ("/identity/.well-known/openid-configuration", "/identity/connect/token"):
        assert "Content-Encoding" not in client.get(path, headers=GZIP)
