"""Sign in again: what ``prompt=login`` and ``max_age`` ask of a person, and what proves it."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser

from clients_app.models import Authorization, Client, Person
from tests.conftest import browser_of, set_proof_age
from tests.factories import code_of, give_app
from tests.oauth.authorize.requests import TO_ROOMS, answer_of, ask, csp_of, next_of, params_of
from tests.portal_process import PASSWORD

pytestmark = [
    pytest.mark.one_database,  # its statements run on both elsewhere
    pytest.mark.usefixtures("first_party"),
]


@pytest.mark.both_databases
@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "60"}])
def test_old_sign_in_is_asked_for_again_once(
    administrator: Person, application: Client, changes: dict[str, str]
) -> None:
    browser = browser_of(administrator, proof_age=timedelta(minutes=5))
    params = params_of(application, **changes)

    asked = ask(browser, params)
    assert asked["Location"].startswith("/sign-in/again?next=")
    to = next_of(asked)
    assert browser.get(to)["Location"].startswith("/sign-in/again")  # who skips it gets it again
    page = browser.get(asked["Location"])
    assert "Rooms asks you to prove that you are mara." in page.content.decode()
    assert TO_ROOMS in csp_of(page)
    wrong = browser.post("/sign-in/again", {"proof": "wrong", "next": to})
    assert (wrong.status_code, TO_ROOMS in csp_of(wrong)) == (422, True)

    proved = browser.post("/sign-in/again", {"proof": PASSWORD, "next": to})
    before = time.time()
    assert answer_of(browser.get(proved["Location"])).members["code"]
    assert abs(Authorization.objects.get().auth_time.timestamp() - before) < 60
    assert ask(browser, params)["Location"].startswith("/sign-in/again") is (
        changes != {"max_age": "60"}
    )


def test_sign_in_again_takes_the_code_of_those_who_have_one(
    administrator: Person, application: Client
) -> None:
    browser = browser_of(administrator, proof_age=timedelta(minutes=5))
    secret = give_app(administrator)
    to = next_of(ask(browser, params_of(application, prompt="login")))

    assert browser.post("/sign-in/again", {"proof": PASSWORD, "next": to}).status_code == 422
    done = browser.post("/sign-in/again", {"proof": code_of(secret), "next": to})
    assert answer_of(browser.get(done["Location"])).members["code"]


def test_recent_sign_in_satisfies_max_age(
    administrator_browser: Browser, application: Client
) -> None:
    assert answer_of(ask(administrator_browser, params_of(application, max_age="60"))).members[
        "code"
    ]


@pytest.mark.parametrize("changes", [{"prompt": "none", "max_age": "60"}])
def test_prompt_none_with_an_old_sign_in_is_refused(
    administrator: Person, application: Client, changes: dict[str, str]
) -> None:
    browser = browser_of(administrator, proof_age=timedelta(minutes=5))

    assert (
        answer_of(ask(browser, params_of(application, **changes))).members["error"]
        == "login_required"
    )


@pytest.mark.parametrize("forgery", ["of another request", "old", "changed"])
def test_proof_of_an_earlier_sign_in_does_not_count(
    administrator: Person, application: Client, forgery: str
) -> None:
    browser = browser_of(administrator, proof_age=timedelta(minutes=5))
    to = next_of(ask(browser, params_of(application, prompt="login")))
    set_proof_age(browser, administrator, timedelta())
    if forgery == "of another request":
        to = to.replace("state=af0ifjsldkj", "state=other")
    if forgery == "changed":
        to = f"{to[:-2]}AA"
    moment = time.time() + (700 if forgery == "old" else 1)
    with time_machine.travel(moment):
        assert browser.get(to)["Location"].startswith("/sign-in/again")
