"""The middleware of all pages: Host, proxies, sessions, languages and headers."""

import gzip
from urllib.parse import urlencode

import brotli
import pytest
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from clients_app.http.middleware import AUTHORIZE, is_for_machines
from clients_app.web.views import roles
from tests.factories import make_tenant
from tests.responses import plain_secret_in, text_of

ROLES = "/security/roles"


OF_APPLICATIONS = [f"/identity/connect/{name}" for name in ("authorize", "consent", "endsession")]


def test_pages_that_applications_send_people_to_are_for_people():
    names = ("authorize", "consent", "end-session", "end-session-confirmed")
    for address in map(reverse, names):
        assert not is_for_machines(address)
        assert not is_for_machines(f"{address}/")
    assert reverse("authorize") == AUTHORIZE
    assert is_for_machines(reverse("token"))


@pytest.mark.parametrize("path", ["/", "/sign-in", ROLES, "/nowhere", *OF_APPLICATIONS])
def test_host_unknown_is_refused(client, db, path):
    reply = client.get(path, headers={"host": "evil.test"})

    assert reply.status_code == 400
    assert "evil" not in text_of(reply)


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("10.0.0.9", {"x-forwarded-proto": "https"}, 200),
        ("10.0.0.9", {"x-forwarded-proto": "https, http"}, 200),
        ("10.0.0.9", {"x-forwarded-proto": "http, https"}, 301),
        ("10.0.0.9", {"x-forwarded-proto": "http"}, 301),
        ("::ffff:10.0.0.9", {"x-forwarded-proto": "https"}, 200),
        ("203.0.113.9", {}, 301),
        ("203.0.113.9", {"x-forwarded-proto": "http"}, 301),
        # a redirect would lead back to the same proxy, and never end
        ("203.0.113.9", {"x-forwarded-proto": "https"}, 500),
        ("203.0.113.9", {"x-forwarded-for": "198.51.100.1"}, 500),
        ("10.0.0.9", {}, 500),
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/admin/login/", "/nowhere", *OF_APPLICATIONS[1:]])
def test_scheme_is_believed_only_from_trusted_proxies(
    client, db, settings, address, headers, status, path
):
    """DEP-9, DEP-17."""
    settings.SECURE_SSL_REDIRECT = True
    settings.PUBLIC_URL = "https://testserver"
    settings.TRUSTED_PROXIES = ("10.0.0.0/8",)

    reply = client.get(path, headers=headers, REMOTE_ADDR=address)

    if status == 200:
        assert reply.status_code in {200, 302, 303, 404}
        assert not reply.get("Location", "/").startswith("https:")
    else:
        assert reply.status_code == status
    if status == 500:
        assert "Ask the person who runs it" in text_of(reply)


@pytest.mark.both_databases
@pytest.mark.parametrize("cookie", ["a" * 12 + "\\000", "A" * 32, "a" * 31, "../../" + "a" * 26])
def test_session_cookie_malformed_is_ignored(client, db, cookie):
    reply = client.get(ROLES, headers={"cookie": f'sessionid="{cookie}"'})

    assert reply.status_code == 303


@pytest.mark.both_databases
def test_machine_prefix_page_gets_page_headers(administrator_browser):
    reply = administrator_browser.get("/identity/nowhere")

    assert reply.status_code == 404
    assert "no-store" in reply["Cache-Control"]
    assert reply["Operation-Id"]
    assert reply["Permissions-Policy"]


@pytest.mark.both_databases
def test_front_page_redirect_keeps_an_odd_query(client, db):
    assert client.get("/?path=x&q=a").status_code == 303


@pytest.mark.both_databases
@pytest.mark.parametrize("to", ["/a\nb", "/a\rb", "/\x00"])
def test_redirect_never_splits_a_header(client, administrator, to):
    reply = client.get("/sign-in", {"next": to}, headers={"hx-request": "true"})
    assert reply.status_code == 200


def test_pages_ignore_accept_language(client, db):
    text = text_of(client.get("/sign-in", headers={"accept-language": "de"}))

    assert '<html lang="en"' in text
    assert "Passwort" not in text


@pytest.mark.both_databases
def test_locked_database_answers_503_with_retry_after(administrator_browser, monkeypatch):
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(roles, "roles_with_counts", locked)
    administrator_browser.raise_request_exception = False

    reply = administrator_browser.get(ROLES)

    assert reply.status_code == 503
    assert reply["Retry-After"] == "5"
    assert "The database is locked" in text_of(reply)


@pytest.mark.both_databases
def test_missing_table_is_a_fault_of_ours_and_no_outage(administrator_browser, monkeypatch):
    """SQLite's driver raises the same error for both."""

    def ask(*_: object, **__: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM missing")

    monkeypatch.setattr(roles, "roles_with_counts", ask)
    administrator_browser.raise_request_exception = False

    reply = administrator_browser.get(ROLES)

    assert reply.status_code == 500
    assert "Something went wrong" in text_of(reply)


@pytest.mark.both_databases
def test_sign_in_page_names_the_only_tenant(client, tenant):
    assert tenant.name in text_of(client.get("/sign-in"))

    other = make_tenant("Cranes GmbH")
    text = text_of(client.get("/sign-in"))
    assert tenant.name not in text
    assert other.name not in text


GZIP = {"Accept-Encoding": "gzip"}
BROTLI = {"Accept-Encoding": "gzip, deflate, br, zstd"}  # browsers, by https
COMPRESSED = pytest.mark.parametrize(
    ("accepted", "name", "read"),
    [(GZIP, "gzip", gzip.decompress), (BROTLI, "br", brotli.decompress)],
    ids=["gzip", "brotli"],
)


@COMPRESSED
def test_compression_is_of_pages_but_not_of_secrets(
    administrator_browser, draft, machine, accepted, name, read
):
    page = administrator_browser.get("/security/clients", headers=accepted)
    assert page["Content-Encoding"] == name
    assert int(page["Content-Length"]) == len(page.content)
    assert "Accept-Encoding" in page["Vary"]
    assert b"Wind park reader" in read(page.content)
    assert "Content-Encoding" not in administrator_browser.get("/security/clients")

    created = administrator_browser.post("/security/clients/register", draft, headers=accepted)
    assert plain_secret_in(created)
    assert "Content-Encoding" not in created


@COMPRESSED
def test_compression_is_never_of_machine_responses(client, db, accepted, name, read):
    for document in ("openid-configuration", "oauth-authorization-server"):
        reply = client.get(f"/identity/.well-known/{document}", headers=accepted)
        assert len(reply.content) > 200  # long enough to be compressed
        assert "Content-Encoding" not in reply


PAGES_THAT_TAKE_FORMS = (
    *("/sign-in", "/sign-in/code", "/sign-out", "/forgot-password", "/choose-password/1-x"),
    *("/security/roles/add", "/account/password", "/account/time-zone", "/theme", "/session/stay"),
    *("/admin/", "/admin/clients_app/role/add/", "/nowhere"),
)


@pytest.mark.parametrize("path", PAGES_THAT_TAKE_FORMS)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_form_sent_by_another_site_is_refused(administrator_browser, tenant, path, site):
    """In spite of the session; the test client counts as one with a valid CSRF token."""
    form = {"name": "New", "time_zone": "Asia/Tokyo"}
    reply = administrator_browser.post(path, form, headers={"sec-fetch-site": site})

    assert reply.status_code == 403
    assert "Nothing was changed." in text_of(reply)
    assert not tenant.roles.filter(name="New").exists()
    assert not tenant.people.exclude(time_zone="").exists()
    assert administrator_browser.get("/account").status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none", ""])
def test_form_sent_by_the_portal_itself_is_accepted(administrator_browser, tenant, site):
    headers = {"sec-fetch-site": site} if site else {}
    form = {"time_zone": "Asia/Tokyo"}
    reply = administrator_browser.post("/account/time-zone", form, headers=headers)

    assert reply["Location"] == "/account"
    assert tenant.people.get().time_zone == "Asia/Tokyo"


def test_link_on_another_site_opens_a_page(administrator_browser):
    reply = administrator_browser.get(ROLES, headers={"sec-fetch-site": "cross-site"})

    assert reply.status_code == 200


def test_token_endpoint_answers_pages_of_other_sites(client, machine):
    form = {"grant_type": "client_credentials", "client_id": str(machine.client.pk)}
    reply = client.post(
        "/identity/connect/token",
        urlencode(form | {"client_secret": "wrong"}),
        content_type="application/x-www-form-urlencoded",
        headers={"sec-fetch-site": "cross-site"},
    )

    assert reply.status_code == 401
