"""Sign in again: a person proves who they are, and goes on."""

import pytest

from tests.factories import code_of, give_app
from tests.portal_process import PASSWORD
from tests.responses import text_of, value_of

AGAIN = "/sign-in/again"


def test_signed_out_person_signs_in_first(client, db):
    reply = client.get(AGAIN, {"next": "/account"})

    assert (reply.status_code, reply["Location"][:9]) == (303, "/sign-in?")


def test_right_password_goes_on_and_gives_the_session_a_new_key(administrator_browser):
    page = administrator_browser.get(AGAIN, {"next": "/account"})
    assert "Prove that you are mara." in text_of(page)
    assert value_of("next", page) == "/account"
    key = administrator_browser.session.session_key

    reply = administrator_browser.post(AGAIN, {"proof": PASSWORD, "next": "/account"})

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert administrator_browser.session.session_key != key


@pytest.mark.parametrize("proof", ["", "wrong-wrong-wrong"])
def test_wrong_password_is_refused(administrator_browser, proof):
    reply = administrator_browser.post(AGAIN, {"proof": proof, "next": "/account"})

    assert reply.status_code == 422
    assert "Incorrect password. Try again." in text_of(reply)
    assert value_of("next", reply) == "/account"


def test_person_with_a_second_factor_enters_a_code(administrator_browser, administrator):
    secret = give_app(administrator)
    assert "6 digits" in text_of(administrator_browser.get(AGAIN))

    assert administrator_browser.post(AGAIN, {"proof": PASSWORD}).status_code == 422
    assert administrator_browser.post(AGAIN, {"proof": code_of(secret)})["Location"] == "/"


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_only_paths_of_the_portal_are_gone_on_to(administrator_browser, to):
    reply = administrator_browser.post(AGAIN, {"proof": PASSWORD, "next": to})

    assert reply["Location"] == "/"


def test_many_wrong_passwords_must_wait(administrator_browser):
    for _ in range(5):
        administrator_browser.post(AGAIN, {"proof": "wrong"})

    assert "Too many wrong attempts." in text_of(
        administrator_browser.post(AGAIN, {"proof": PASSWORD})
    )
