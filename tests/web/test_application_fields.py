"""Application URL, Logo URL and First-party application on the screens."""

import pytest

from clients_app.models import Client, ClientOwner
from tests.conftest import browser_of
from tests.responses import HTMX, text_of, value_of

REGISTER = "/security/clients/register"
TYPED = {
    "client_uri": "https://rooms.example/about",
    "logo_uri": "https://rooms.example/logo.png",
    "skips_consent": "on",
}


@pytest.fixture
def application(administrator_browser, url_client_form):
    sent = url_client_form | TYPED | {"never_expires": "on"}
    reply = administrator_browser.post(f"{REGISTER}/hybrid", sent, headers=HTMX)
    assert reply.status_code == 200, text_of(reply)
    return Client.objects.get()


def test_second_window_of_a_hybrid_client_keeps_the_fields(administrator_browser, url_client_form):
    second = administrator_browser.post(
        "/security/clients/add/hybrid", url_client_form | TYPED, headers=HTMX
    )

    for name, value in TYPED.items():
        assert value_of(name, second) == (value if name != "skips_consent" else "True")


def test_details_show_the_fields(administrator_browser, application):
    text = text_of(administrator_browser.get(f"/security/clients/{application.pk}"))

    assert "https://rooms.example/about" in text
    assert "https://rooms.example/logo.png" in text
    assert "First-party application" in text


def test_client_that_signs_nobody_in_shows_no_such_fields(administrator_browser, machine):
    for address in (f"{machine.client.pk}", f"{machine.client.pk}/edit", "add"):
        text = text_of(administrator_browser.get(f"/security/clients/{address}"))
        assert "First-party application" not in text
        assert "Logo URL" not in text


def test_wrong_urls_are_refused_at_their_fields(administrator_browser, application):
    reply = administrator_browser.post(
        f"/security/clients/{application.pk}/edit",
        {"name": "Rooms", "redirect_uris": ["https://a.example"], "client_uri": "ftp://a"},
    )

    assert reply.status_code == 422
    assert 'id="id_client_uri_error"' in reply.content.decode()


def test_owner_does_not_see_the_first_party_switch_and_cannot_send_it(
    administrator_browser, application, colleague
):
    Client.objects.update(skips_consent=False)
    ClientOwner.objects.create(client=application, person=colleague)
    browser = browser_of(colleague)
    address = f"/security/clients/{application.pk}/edit"

    page = browser.get(address)
    assert 'name="client_uri"' in page.content.decode()
    assert 'name="skips_consent"' not in page.content.decode()
    sent = {
        "name": "Rooms",
        "redirect_uris": ["", *application.urls.values_list("url", flat=True)],
        "token_lifetime": "900",
        "skips_consent": "on",
        "version": value_of("version", page),
    }
    assert browser.post(address, sent).status_code == 303
    application.refresh_from_db()
    assert (application.name, application.skips_consent) == ("Rooms", False)
