"""Authorization Code and Hybrid clients: added with URLs, shown and edited."""

import re
from dataclasses import replace

import pytest

from clients_app.models import Client, ClientUrl
from clients_app.rules.client_types import CLIENT_TYPES, HYBRID, URL_KINDS
from tests.responses import HTMX, is_page, plain_secret_in, text_of, value_of

ADD = "/security/clients/add"
REGISTER = "/security/clients/register"
COMING_LATER = "Sign-in is coming in a later version of this portal."


@pytest.fixture
def form_data():
    """The form data; the first URL is the typed one, the others are already listed."""
    return {
        "form_key": "a-key-of-this-very-form",
        "name": "Operations map",
        "redirect_uris": ["https://map.example/b", "https://map.example/a"],
        "post_logout_redirect_uris": [""],
        "token_lifetime": "900",
    }


def listed_urls(reply, name: str) -> list[str]:
    """Return the values of the hidden inputs of a list of URLs."""
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', text_of(reply))


@pytest.mark.parametrize("client_type", ["authorization-code", "hybrid"])
def test_add_window_of_url_types_asks_for_urls_instead_of_roles(administrator_browser, client_type):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(f"{ADD}/{client_type}", headers=headers)
        text = text_of(reply)
        assert is_page(reply) is not bool(headers)
        assert "Allowed Redirect URL(s)" in text
        assert "Allow Refresh Token" in text
        assert COMING_LATER in text
        assert 'name="roles"' not in text
        assert ("Allowed CORS Origin(s)" in text) is (client_type == "authorization-code")
        assert ("Step 1 of 2" in text) is (client_type == "hybrid")


def test_url_list_plus_adds_and_cross_removes_a_url(administrator_browser, form_data):
    path = f"{REGISTER}/authorization-code"
    for address in (path, f"{ADD}/hybrid"):
        more = administrator_browser.post(address, form_data | {"add_url": "redirect_uris"})
        assert more.status_code == 200
        assert listed_urls(more, "redirect_uris") == [
            "https://map.example/a",
            "https://map.example/b",
        ]
        assert value_of("redirect_uris", more) == ""
        assert value_of("name", more) == "Operations map"
        sent = form_data | {
            "redirect_uris": ["", *listed_urls(more, "redirect_uris")],
            "remove_url": "redirect_uris:0",
        }
        less = administrator_browser.post(address, sent, headers=HTMX)
        assert listed_urls(less, "redirect_uris") == ["https://map.example/b"]
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    "step",
    [
        {"add_url": "name"},
        {"add_url": "nothing"},
        {"remove_url": "redirect_uris:99"},
        {"remove_url": "redirect_uris:x"},
        {"remove_url": "redirect_uris"},
        {"remove_url": "roles:0"},
    ],
)
def test_url_list_invalid_step_changes_nothing(administrator_browser, form_data, step):
    reply = administrator_browser.post(f"{ADD}/hybrid", form_data | step)

    assert reply.status_code == 200
    assert listed_urls(reply, "redirect_uris") == ["https://map.example/a"]
    assert value_of("name", reply) == "Operations map"


def test_add_authorization_code_client_takes_one_step(administrator_browser, form_data):
    form_data |= {
        "post_logout_redirect_uris": ["https://map.example/bye"],
        "allowed_cors_origins": ["https://MAP.example"],
        "allow_offline_access": "on",
        "description": "Maps",
    }
    reply = administrator_browser.post(f"{REGISTER}/authorization-code", form_data, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 200
    assert "clientCreated" in reply["HX-Trigger"]
    client = Client.objects.get()
    assert "Client Successfully Created" in text
    assert str(client.pk) in text
    assert "Client Secret" not in text
    assert COMING_LATER in text
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
    again = administrator_browser.post(f"{REGISTER}/authorization-code", form_data, headers=HTMX)
    assert again.status_code == 409
    assert "Add Secret" not in text_of(again)
    assert Client.objects.count() == 1


def test_add_hybrid_client_creates_a_secret(administrator_browser, form_data):
    second = administrator_browser.post(f"{ADD}/hybrid", form_data, headers=HTMX)
    assert "Step 2 of 2" in text_of(second)
    assert f'action="{REGISTER}/hybrid"' in text_of(second)
    assert listed_urls(second, "redirect_uris") == form_data["redirect_uris"]
    assert not Client.objects.exists()

    back = administrator_browser.post(f"{ADD}/hybrid", form_data | {"back": "1"}, headers=HTMX)
    assert value_of("redirect_uris", back) == "https://map.example/b"
    sent = form_data | {"secret_description": "Server", "never_expires": "on"}
    created = administrator_browser.post(f"{REGISTER}/hybrid", sent, headers=HTMX)
    assert plain_secret_in(created)
    assert COMING_LATER in text_of(created)
    assert "client_credentials" not in text_of(created)
    client = Client.objects.get()
    assert (client.client_type, client.secrets.count(), client.roles.count()) == ("hybrid", 1, 0)


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("redirect_uris", [""], "Enter at least one Allowed Redirect URL."),
        ("redirect_uris", ["http://map.example/"], "http://map.example/: Enter a URL that starts"),
        ("redirect_uris", ["", "https://a.example/#x"], "https://a.example/#x: "),
        ("redirect_uris", [f"https://a.example/{n}" for n in range(11)], "Enter at most 10."),
        ("post_logout_redirect_uris", ["nonsense"], "nonsense: Enter a URL that starts"),
        ("name", "", "Enter a name of 1 to 200 characters."),
        ("token_lifetime", "59", "The shortest Token Lifetime is 60 seconds"),
    ],
)
@pytest.mark.parametrize("address", [f"{REGISTER}/authorization-code", f"{ADD}/hybrid"])
def test_add_invalid_url_is_explained_and_kept(
    administrator_browser, form_data, field, wrong, said, address
):
    reply = administrator_browser.post(address, form_data | {field: wrong}, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 422
    assert "There is 1 problem" in text
    assert text.count(said) == 2
    first = wrong[0] if isinstance(wrong, list) else wrong
    assert value_of(field, reply) == first
    if isinstance(wrong, list):
        assert listed_urls(reply, field) == wrong[1:]
    assert not Client.objects.exists()


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
    administrator_browser, form_data, client_type, lacks
):
    administrator_browser.post(f"{REGISTER}/{client_type}", form_data | {"never_expires": "on"})
    path = f"/security/clients/{Client.objects.get().pk}"
    for rest in lacks:
        reply = administrator_browser.get(f"{path}/{rest}")
        assert (rest, reply.status_code) == (rest, 404)
        assert ("clients have no secrets" in text_of(reply)) == ("secrets" in rest)


def test_private_scheme_for_a_hybrid_client_is_refused(administrator_browser, form_data):
    form_data["redirect_uris"] = ["com.example.map:/callback"]

    assert administrator_browser.post(f"{ADD}/hybrid", form_data).status_code == 422
    assert (
        administrator_browser.post(f"{REGISTER}/authorization-code", form_data).status_code == 200
    )


def test_add_with_a_taken_name_is_refused(administrator_browser, machine, form_data):
    form_data["name"] = "WIND PARK READER"
    reply = administrator_browser.post(f"{REGISTER}/authorization-code", form_data)

    assert reply.status_code == 422
    assert "There is a client named WIND PARK READER already." in text_of(reply)


def test_add_ignores_roles_and_origins_that_a_type_lacks(
    administrator_browser, form_data, my_data_role
):
    sent = form_data | {
        "roles": [str(my_data_role.pk)],
        "allowed_cors_origins": ["https://a.example"],
    }
    sent |= {"never_expires": "on"}
    assert administrator_browser.post(f"{REGISTER}/hybrid", sent).status_code == 200

    client = Client.objects.get()
    assert client.roles.count() == 0
    assert not client.urls.filter(kind="cors-origin").exists()


def test_details_show_urls_and_edit_changes_them(administrator_browser, form_data):
    administrator_browser.post(f"{REGISTER}/authorization-code", form_data)
    path = f"/security/clients/{Client.objects.get().pk}"
    details = text_of(administrator_browser.get(path))
    for words in ("https://map.example/a", "Allowed CORS Origin(s)", COMING_LATER):
        assert words in details
    assert "/secrets" not in details
    assert "/roles/edit" not in details

    window = administrator_browser.get(f"{path}/edit", headers=HTMX)
    assert listed_urls(window, "redirect_uris") == [
        "https://map.example/a",
        "https://map.example/b",
    ]
    sent = {"version": "1", "name": "Map", "token_lifetime": "", "redirect_uris": [""]}
    assert administrator_browser.post(f"{path}/edit", sent).status_code == 422
    sent["redirect_uris"] = ["https://map.example/c"]
    step = administrator_browser.post(f"{path}/edit", sent | {"add_url": "redirect_uris"})
    assert listed_urls(step, "redirect_uris") == ["https://map.example/c"]
    assert value_of("name", step) == "Map"
    assert administrator_browser.post(f"{path}/edit", sent, headers=HTMX).status_code == 204
    assert [url.url for url in ClientUrl.objects.all()] == ["https://map.example/c"]
    mine = administrator_browser.post(f"{path}/edit", sent | {"name": "Mine"}, headers=HTMX)
    assert "Name: Now: Map" in text_of(mine)


def test_add_unknown_type_is_not_found(administrator_browser):
    for path in (f"{ADD}/implicit", f"{REGISTER}/implicit"):
        assert administrator_browser.get(path).status_code == 404
        assert administrator_browser.post(path).status_code == 404


@pytest.mark.parametrize("path", [f"{ADD}/hybrid", f"{REGISTER}/authorization-code"])
def test_add_without_permission_is_refused(colleague_browser, client, form_data, path):
    assert colleague_browser.post(path, form_data).status_code == 403
    assert client.post(path, form_data).status_code == 403
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
    assert "Keep the two values" in guide
