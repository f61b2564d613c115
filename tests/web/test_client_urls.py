"""The URL lists of Authorization Code and Hybrid clients: adding, removing, refusing, editing."""

from urllib.parse import urlencode

import pytest

from clients_app.limits import URL_MAX, URLS_MAX
from clients_app.models import Client, ClientUrl
from tests.responses import HTMX, listed_urls, text_of, value_of

pytestmark = pytest.mark.both_databases

ADD = "/security/clients/add"
REGISTER = "/security/clients/register"


def test_url_list_plus_adds_and_cross_removes_a_url(administrator_browser, url_client_form):
    path = f"{REGISTER}/authorization-code"
    for address in (path, f"{ADD}/hybrid"):
        more = administrator_browser.post(address, url_client_form | {"add_url": "redirect_uris"})
        assert more.status_code == 200
        assert listed_urls(more, "redirect_uris") == [
            "https://map.example/a",
            "https://map.example/b",
        ]
        assert value_of("redirect_uris", more) == ""
        assert value_of("name", more) == "Operations map"
        sent = url_client_form | {
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
def test_url_list_invalid_step_changes_nothing(administrator_browser, url_client_form, step):
    reply = administrator_browser.post(f"{ADD}/hybrid", url_client_form | step)

    assert reply.status_code == 200
    assert listed_urls(reply, "redirect_uris") == ["https://map.example/a"]
    assert value_of("name", reply) == "Operations map"


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
    administrator_browser, url_client_form, field, wrong, said, address
):
    reply = administrator_browser.post(address, url_client_form | {field: wrong}, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 422
    assert "There is 1 problem" in text
    assert text.count(said) == 2
    first = wrong[0] if isinstance(wrong, list) else wrong
    assert value_of(field, reply) == first
    if isinstance(wrong, list):
        assert listed_urls(reply, field) == wrong[1:]
    assert not Client.objects.exists()


def test_private_scheme_for_a_hybrid_client_is_refused(administrator_browser, url_client_form):
    url_client_form["redirect_uris"] = ["com.example.map:/callback"]

    assert administrator_browser.post(f"{ADD}/hybrid", url_client_form).status_code == 422
    assert (
        administrator_browser.post(f"{REGISTER}/authorization-code", url_client_form).status_code
        == 200
    )


def test_details_show_urls_and_edit_changes_them(administrator_browser, url_client_form):
    administrator_browser.post(f"{REGISTER}/authorization-code", url_client_form)
    path = f"/security/clients/{Client.objects.get().pk}"
    details = text_of(administrator_browser.get(path))
    for words in ("https://map.example/a", "Allowed CORS Origin(s)", "Connect your application"):
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


def test_twenty_urls_of_the_longest_length_are_saved(administrator_browser, url_client_form):
    """Slashes take three bytes in a form. Source: CLI-11."""
    urls = [f"https://a.example/{number}".ljust(URL_MAX, "/") for number in range(URLS_MAX)]
    typed = url_client_form | {"redirect_uris": urls, "post_logout_redirect_uris": urls}
    body = urlencode(typed, doseq=True)
    reply = administrator_browser.post(
        f"{REGISTER}/authorization-code", body, content_type="application/x-www-form-urlencoded"
    )

    assert reply.status_code == 200
    assert ClientUrl.objects.filter(client__name="Operations map").count() == 20
    client = Client.objects.get()
    edit = administrator_browser.get(f"/security/clients/{client.pk}/edit")
    typed |= {"version": value_of("version", edit), "name": "Renamed"}
    body = urlencode(typed, doseq=True)
    reply = administrator_browser.post(
        f"/security/clients/{client.pk}/edit",
        body,
        content_type="application/x-www-form-urlencoded",
    )
    assert reply.status_code == 303
