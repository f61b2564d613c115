"""The theme: chosen on any page or in Account, stored, and rendered by the server."""

import pytest

from clients_app.models import Person
from tests.conftest import browser_of
from tests.responses import HTMX, text_of


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_theme_in_a_cookie_is_rendered_by_the_server(administrator_browser, chosen):
    reply = administrator_browser.post("/theme", {"theme": chosen, "next": "/security/roles"})

    assert (reply.status_code, reply["Location"]) == (303, "/security/roles")
    assert reply.cookies["theme"]["httponly"]
    assert f'data-theme="{chosen}"' in text_of(administrator_browser.get("/security/roles"))
    assert f'data-theme="{chosen}"' in text_of(administrator_browser.get("/forgot-password"))


def test_theme_system_or_invalid_is_not_rendered(administrator_browser, administrator):
    administrator.theme = "dark"
    administrator.save(update_fields=["theme"])
    assert 'data-theme="dark"' in text_of(administrator_browser.get("/security/roles"))

    reply = administrator_browser.post("/theme", {"theme": '"><b>'}, headers=HTMX)
    assert reply.status_code == 204
    assert "data-theme=" not in text_of(administrator_browser.get("/security/roles"))


def test_theme_choice_is_stored_in_the_account(colleague_browser, colleague):
    reply = colleague_browser.post("/account/theme", {"theme": "dark"})

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    elsewhere = browser_of(Person.objects.get(pk=colleague.pk))
    text = text_of(elsewhere.get("/account"))
    assert '<html lang="en" data-theme="dark">' in text
    assert 'value="dark" checked' in text


def test_theme_stale_form_keeps_the_choice(colleague_browser, colleague):
    colleague_browser.handler.enforce_csrf_checks = True
    headers = {"Sec-Fetch-Site": "same-origin"}
    reply = colleague_browser.post("/account/theme", {"theme": "dark"}, headers=headers)

    assert reply.status_code == 403
    assert "This page was out of date." in text_of(reply)
    assert 'value="dark" checked' in text_of(reply)
    colleague.refresh_from_db()
    assert colleague.theme == "system"
