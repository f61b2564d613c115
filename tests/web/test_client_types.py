"""Authorization Code and Hybrid clients: added with URLs, shown and edited."""

from dataclasses import replace

import pytest

from clients_app.models import Client
from clients_app.rules.client_types import CLIENT_TYPES, HYBRID, URL_KINDS
from tests.responses import HTMX, is_page, listed_urls, plain_secret_in, text_of, value_of

ADD = "/security/clients/add"
REGISTER = "/security/clients/register"
CONNECT = "Connect your application"


@pytest.mark.parametrize("client_type", ["authorization-code", "hybrid"])
def test_add_window_of_url_types_asks_for_urls_instead_of_roles(administrator_browser, client_type):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(f"{ADD}/{client_type}", headers=headers)
        text = text_of(reply)
        assert is_page(reply) is not bool(headers)
        assert "Allowed Redirect URL(s)" in text
        assert "Allow Refresh Token" in text
        assert 'name="roles"' not in text
        assert ("Allowed CORS Origin(s)" in text) is (client_type == "authorization-code")
        assert ("Step 1 of 2" in text) is (client_type == "hybrid")


@pytest.mark.both_databases
def test_add_authorization_code_client_takes_one_step(administrator_browser, url_client_form):
    url_client_form |= {
        "post_logout_redirect_uris": ["https://map.example/bye"],
        "allowed_cors_origins": ["https://MAP.example"],
        "allow_offline_access": "on",
        "description": "Maps",
    }
    reply = administrator_browser.post(
        f"{REGISTER}/authorization-code", url_client_form, headers=HTMX
    )

    text = text_of(reply)
    assert reply.status_code == 200
    assert "clientCreated" in reply["HX-Trigger"]
    client = Client.objects.get()
    assert "Client Successfully Created" in text
    assert str(client.pk) in text
    assert "Client Secret" not in text
    assert CONNECT in text
    assert "oidc-client-ts" in text
    assert (client.client_type, client.allow_refresh_token) == ("authorization-code", True)
    assert (client.token_lifetime_s, client.description) == (900, "Maps")
    urls = {kind: [] for kind in (one.id for one in URL_KINDS)}
    for url in client.urls.all():
        urls[url.kind].append(url.url)
    assert urls == {
        "redirect": ["https://map.example/a", "https://map.example/b"],
        "logout-redirect": ["https://map.example/bye"],
        "cors-origin": ["https://map.example"],
    }
    assert not client.secrets.exists()
    again = administrator_browser.post(
        f"{REGISTER}/authorization-code", url_client_form, headers=HTMX
    )
    assert again.status_code == 409
    assert "Add Secret" not in text_of(again)
    assert Client.objects.count() == 1


def test_add_hybrid_client_creates_a_secret(administrator_browser, url_client_form):
    second = administrator_browser.post(f"{ADD}/hybrid", url_client_form, headers=HTMX)
    assert "Step 2 of 2" in text_of(second)
    assert f'action="{REGISTER}/hybrid"' in text_of(second)
    assert listed_urls(second, "redirect_uris") == url_client_form["redirect_uris"]
    assert not Client.objects.exists()

    back = administrator_browser.post(
        f"{ADD}/hybrid", url_client_form | {"back": "1"}, headers=HTMX
    )
    assert value_of("redirect_uris", back) == "https://map.example/b"
    sent = url_client_form | {"secret_description": "Server", "never_expires": "on"}
    created = administrator_browser.post(f"{REGISTER}/hybrid", sent, headers=HTMX)
    assert plain_secret_in(created)
    assert CONNECT in text_of(created)
    assert "OIDC_ISSUER" in text_of(created)
    assert "client_credentials" not in text_of(created)
    client = Client.objects.get()
    assert (client.client_type, client.secrets.count(), client.roles.count()) == ("hybrid", 1, 0)


@pytest.mark.parametrize("address", [f"{REGISTER}/authorization-code", f"{ADD}/hybrid"])
def test_add_with_missing_fields_lists_all_of_them(administrator_browser, address):
    reply = administrator_browser.post(address, {"name": "", "redirect_uris": [""]})

    text = text_of(reply)
    assert reply.status_code == 422
    assert "There are 2 problems" in text
    assert text.count("Enter at least one Allowed Redirect URL.") == 2


@pytest.mark.parametrize(
    ("client_type", "lacks"),
    [
        ("authorization-code", ["secrets", "secrets/add", "secrets/1/rotate", "live/secrets"]),
        ("authorization-code", ["roles", "roles/edit", "live/roles"]),
        ("hybrid", ["roles", "roles/edit", "live/roles"]),
    ],
)
def test_windows_that_a_type_lacks_are_not_found(
    administrator_browser, url_client_form, client_type, lacks
):
    administrator_browser.post(
        f"{REGISTER}/{client_type}", url_client_form | {"never_expires": "on"}
    )
    path = f"/security/clients/{Client.objects.get().pk}"
    for rest in lacks:
        reply = administrator_browser.get(f"{path}/{rest}")
        assert (rest, reply.status_code) == (rest, 404)
        assert ("clients have no secrets" in text_of(reply)) == ("secrets" in rest)


def test_add_with_a_taken_name_is_refused(administrator_browser, machine, url_client_form):
    url_client_form["name"] = "WIND PARK READER"
    reply = administrator_browser.post(f"{REGISTER}/authorization-code", url_client_form)

    assert reply.status_code == 422
    assert "There is a client named WIND PARK READER already." in text_of(reply)


@pytest.mark.both_databases
def test_add_ignores_roles_and_origins_that_a_type_lacks(
    administrator_browser, url_client_form, my_data_role
):
    sent = url_client_form | {
        "roles": [str(my_data_role.pk)],
        "allowed_cors_origins": ["https://a.example"],
    }
    sent |= {"never_expires": "on"}
    assert administrator_browser.post(f"{REGISTER}/hybrid", sent).status_code == 200

    client = Client.objects.get()
    assert client.roles.count() == 0
    assert not client.urls.filter(kind="cors-origin").exists()


def test_add_unknown_type_is_not_found(administrator_browser):
    for path in (f"{ADD}/implicit", f"{REGISTER}/implicit"):
        assert administrator_browser.get(path).status_code == 404
        assert administrator_browser.post(path).status_code == 404


@pytest.mark.parametrize("path", [f"{ADD}/hybrid", f"{REGISTER}/authorization-code"])
def test_add_without_permission_is_refused(colleague_browser, client, url_client_form, path):
    assert colleague_browser.post(path, url_client_form).status_code == 403
    assert client.post(path, url_client_form).status_code == 403
    assert not Client.objects.exists()


def test_client_type_added_as_one_record_gets_its_screens(administrator_browser, monkeypatch):
    device = replace(HYBRID, id="device", label="Device", url_kinds=(), may_refresh=False)
    monkeypatch.setitem(CLIENT_TYPES, "device", device)

    listed = text_of(administrator_browser.get("/security/clients?type=device"))
    add = text_of(administrator_browser.get("/security/clients/add/device"))
    sent = {"name": "Thermostat", "token_lifetime": "900"}
    second = text_of(administrator_browser.post("/security/clients/add/device", sent))
    guide = text_of(administrator_browser.get("/help/get-started/device"))

    assert "No Device clients yet" in listed
    assert "Step 1 of 2" in add
    assert 'name="redirect_uris"' not in add
    assert 'name="roles"' not in add
    assert 'name="may_introspect"' in add
    assert "Step 2 of 2" in second
    assert "Save both values" in guide
