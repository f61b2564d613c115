"""Refused requests and error pages (WEB-2)."""

import gzip
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Role
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.conftest import browser_of
from tests.responses import HTMX, is_page, text_of, value_of


def test_not_found_is_shown_signed_in_and_signed_out(administrator_browser, client):
    inside, outside = administrator_browser.get("/nowhere"), client.get("/nowhere")

    assert inside.status_code == outside.status_code == 404
    assert "There is no page at this address<" in text_of(inside)
    assert "Removed clients" not in text_of(inside)
    assert 'id="sidebar"' in text_of(inside)
    assert 'id="sidebar"' not in text_of(outside)


def test_not_found_with_htmx_opens_as_a_window(stranger_browser, address):
    reply = stranger_browser.get(address(), headers={**HTMX, "HX-Target": "details"})

    assert reply.status_code == 404
    assert reply["HX-Retarget"] == "#window"
    assert reply["HX-Push-Url"] == "false"
    assert not is_page(reply)


def test_server_error_shows_only_its_operation_id(administrator_browser, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("the database is on fire")

    monkeypatch.setattr("clients_app.web.views.roles.roles_with_counts", fail)
    administrator_browser.raise_request_exception = False
    reply = administrator_browser.get("/security/roles")

    text = text_of(reply)
    assert reply.status_code == 500
    assert reply["Operation-Id"] in text
    assert "The change may or may not have been saved." in text
    assert "fire" not in text
    assert "Traceback" not in text
    assert any(reply["Operation-Id"] in record.getMessage() for record in caplog.records)


def test_csrf_post_without_a_token_is_refused(csrf_browser, draft):
    reply = csrf_browser.post("/security/clients/register", draft)

    assert reply.status_code == 403
    assert not Client.objects.exists()
    assert "This page was out of date" in text_of(reply)
    assert "Reservoir" not in text_of(reply)  # it may come from another site


@pytest.mark.parametrize("origin", ["https://evil.test", "null"])
def test_csrf_post_from_another_site_is_refused_with_a_token(csrf_browser, draft, origin):
    token = value_of("csrfmiddlewaretoken", csrf_browser.get("/security/clients/add"))
    form = draft | {"csrfmiddlewaretoken": token}
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    reply = csrf_browser.post("/security/clients/register", form, headers=headers)

    assert reply.status_code == 403
    assert not Client.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_csrf_stale_form_is_returned_filled(csrf_browser, draft, headers):
    headers = {**headers, "Sec-Fetch-Site": "same-origin"}
    reply = csrf_browser.post("/security/clients/register", draft, headers=headers)

    assert reply.status_code == 403
    assert "This page was out of date." in text_of(reply)
    assert value_of("secret_description", reply) == "Firmware 4.2"
    assert not Client.objects.exists()
    form = draft | {"csrfmiddlewaretoken": value_of("csrfmiddlewaretoken", reply)}
    assert csrf_browser.post("/security/clients/register", form).status_code == 200


def test_get_request_never_changes_anything(administrator_browser, draft):
    before = list(Role.objects.values())
    for path, form in (
        ("clients/register", draft),
        ("clients/add", draft),
        ("roles/add", {"name": "Turbines"}),
    ):
        shown = administrator_browser.get(f"/security/{path}", form)
        assert shown.status_code in (200, 303)

    assert not Client.objects.exists()
    assert list(Role.objects.values()) == before


@pytest.mark.both_databases
def test_person_without_roles_is_refused(colleague, machine):
    colleague.roles.clear()

    assert browser_of(colleague).get("/security/clients").status_code == 403


def test_page_with_a_bearer_token_is_refused(machine):
    """WEB-3: a valid machine token does not open pages."""
    ensure_active_key(now=datetime.now(UTC))
    form = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": machine.client.pk,
            "client_secret": machine.plain,
        }
    )
    answer = Browser().generic(
        "POST", "/identity/connect/token", form, "application/x-www-form-urlencoded"
    )
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    for address in ("/security/clients", "/security/activity", "/account", "/admin/"):
        reply = Browser().get(address, headers=headers)
        assert reply.status_code in {302, 303}
        assert "/sign-in" in reply["Location"]


def test_post_too_large_is_refused_with_an_explanation(administrator_browser, draft):
    long, many = draft | {"name": "x" * 170_000}, {f"f{n}": "1" for n in range(2001)}
    for form, status in ((long, 413), (many, 400)):
        reply = administrator_browser.post("/security/clients/register", form)
        assert reply.status_code == status
        assert "This request could not be read" in text_of(reply)
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["/security/clients/register", "/security/clients/add", "/admin/clients_app/role/add/"],
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_compressed_form_is_refused_as_a_bad_one(administrator_browser, draft, path, kind):
    body = gzip.compress(urlencode(draft).encode())

    reply = administrator_browser.generic("POST", path, body, kind, HTTP_CONTENT_ENCODING="gzip")

    assert reply.status_code in {400, 422}
    assert not Client.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_id_out_of_range_is_not_found(administrator_browser, address, method):
    path = address(f"/secrets/{10**30}/remove")

    assert getattr(administrator_browser, method)(path).status_code == 404


@pytest.mark.parametrize("field", ["name", "description", "tags", "secret_description"])
def test_input_with_unstorable_characters_is_refused(administrator_browser, draft, field):
    reply = administrator_browser.post("/security/clients/register", draft | {field: "a\x00b"})

    assert reply.status_code == 422
    assert not Client.objects.exists()
