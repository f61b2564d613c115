"""Account > Sessions: where a person is signed in, and how they end it (SES-2)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from clients_app.models import AuditEvent, Authorization, Person, Session
from clients_app.services.authorizations.endings import EndedWhy
from tests.conftest import browser_of, set_proof_age
from tests.factories import code_of, give_app, make_application
from tests.moments import NOW
from tests.oauth.authorize.requests import ask, decide, params_of
from tests.portal_process import PASSWORD
from tests.responses import text_of

pytestmark = pytest.mark.both_databases

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1"
ALL = "/account/sessions/end"


def sign_in(agent: str, *, address: str = "10.0.3.51", username: str = "mara") -> Browser:
    browser = Browser(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    reply = browser.post("/sign-in", {"login": username, "password": PASSWORD})
    assert reply.status_code in {200, 303}
    return browser


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def id_of(browser: Browser) -> str:
    found: str = browser.session["lasting_id"]
    return found


def end(browser: Browser, session_id: str) -> Any:
    return browser.post(f"/account/sessions/{session_id}/end")


@pytest.fixture
def laptop(administrator: Person) -> Browser:
    return sign_in(FIREFOX)


@pytest.fixture
def phone(administrator: Person) -> Browser:
    return sign_in(PHONE, address="2001:db8::88")


def test_sessions_are_listed_and_this_one_is_marked(laptop: Browser, phone: Browser) -> None:
    text = text_of(laptop.get("/account"))

    assert "This browser: Firefox on Linux" in text
    assert f'action="/account/sessions/{id_of(phone)}/end"' in text
    assert f'action="/account/sessions/{id_of(laptop)}/end"' not in text
    for said in ("Safari on iPhone", "2001:db8::88", "10.0.3.51", "(Password)", "Last active"):
        assert said in text


def test_sessions_of_others_are_not_listed(laptop: Browser, colleague: Person) -> None:
    sign_in(PHONE, username="jonas")

    text = text_of(laptop.get("/account"))

    assert "iPhone" not in text
    assert "End all other sessions" not in text


def test_sessions_say_that_a_code_was_used(administrator: Person) -> None:
    secret = give_app(administrator)
    browser = sign_in(FIREFOX)
    assert browser.post("/sign-in/code", {"code": code_of(secret)}).status_code == 303

    assert "(Password, Code)" in text_of(browser.get("/account"))


def test_end_signs_that_session_out_and_no_other(laptop: Browser, phone: Browser) -> None:
    third, of_phone = sign_in(PHONE), id_of(phone)

    reply = end(laptop, of_phone)

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert "Session ended." in text_of(laptop.get("/account"))
    assert not is_signed_in(phone)
    assert is_signed_in(laptop)
    assert is_signed_in(third)
    event = AuditEvent.objects.get(action="person.sessions.ended")
    assert event.actor_name == "mara"
    assert "Safari on iPhone, 2001:db8::88" in event.canonical
    assert "It had ended already." in text_of(end_and_follow(laptop, of_phone))
    assert AuditEvent.objects.filter(action="person.sessions.ended").count() == 1


def end_and_follow(browser: Browser, session_id: str) -> Any:
    return browser.post(f"/account/sessions/{session_id}/end", follow=True)


def test_end_all_others_keeps_this_one(laptop: Browser, phone: Browser) -> None:
    third = sign_in(PHONE)

    assert "2 sessions ended." in text_of(laptop.post(ALL, follow=True))

    assert is_signed_in(laptop)
    assert not is_signed_in(phone)
    assert not is_signed_in(third)


def test_end_of_this_session_or_of_somebody_else_s_does_nothing(
    laptop: Browser, colleague: Person
) -> None:
    other = sign_in(PHONE, username="jonas")

    end(laptop, id_of(other))
    end(laptop, id_of(laptop))

    assert is_signed_in(other)
    assert is_signed_in(laptop)
    assert not AuditEvent.objects.filter(action="person.sessions.ended").exists()


def test_end_works_after_the_session_got_a_new_key(
    laptop: Browser, phone: Browser, administrator: Person
) -> None:
    of_phone, before = id_of(phone), phone.cookies["sessionid"].value
    set_proof_age(phone, administrator, timedelta(minutes=21))
    proof = {"proof_for": "POST", "proof": PASSWORD}
    phone.post("/security/roles/add", proof)
    assert phone.cookies["sessionid"].value != before

    end(laptop, of_phone)

    assert not is_signed_in(phone)


@pytest.mark.parametrize("address", [ALL, "/account/sessions/any/end"])
def test_end_without_a_fresh_proof_asks_first(
    laptop: Browser, phone: Browser, administrator: Person, address: str
) -> None:
    set_proof_age(laptop, administrator, timedelta(minutes=21))

    assert "Confirm your identity" in text_of(laptop.post(address))

    assert is_signed_in(phone)


def test_end_with_get_does_nothing(laptop: Browser, phone: Browser) -> None:
    assert laptop.get(ALL).status_code == 303
    assert laptop.get(f"/account/sessions/{id_of(phone)}/end").status_code == 303

    assert is_signed_in(phone)


def test_end_ends_what_applications_got_in_it(laptop: Browser, administrator: Person) -> None:
    application = make_application("Rooms", administrator.tenant)
    phone = sign_in(PHONE)
    decide(phone, ask(phone, params_of(application)))

    end(laptop, id_of(phone))

    assert Authorization.objects.get().ended_why == EndedWhy.SIGNED_OUT


def test_session_over_is_not_listed(administrator: Person) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in(PHONE)
        clock.shift(timedelta(minutes=31))
        laptop = sign_in(FIREFOX)
        text = text_of(laptop.get("/account"))

    assert "iPhone" not in text


def test_session_before_a_new_password_is_not_listed(laptop: Browser, phone: Browser) -> None:
    chosen = "eleven quiet herons"
    form = {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen}
    assert laptop.post("/account/password", form).status_code == 303

    assert "iPhone" not in text_of(laptop.get("/account"))
    assert not is_signed_in(phone)


def test_own_second_factor_removed_ends_other_sessions(administrator: Person) -> None:
    give_app(administrator)
    laptop, phone = browser_of(administrator), browser_of(administrator)
    for browser in (laptop, phone):
        session = browser.session
        session["account_authentication_methods"] += [{"method": "mfa", "at": NOW.timestamp() * 2}]
        session.save()
        assert is_signed_in(browser)

    assert laptop.post("/account/authenticator/remove").status_code == 303

    assert is_signed_in(laptop)
    assert not is_signed_in(phone)


def test_last_seen_is_written_at_most_once_a_minute(
    administrator: Person, django_assert_num_queries: Any
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        browser = sign_in(FIREFOX)
        for seconds, written in ((30, False), (29, False), (3, True), (59, False)):
            clock.shift(seconds)
            before = Session.objects.get().session_data
            browser.get("/account")
            assert (Session.objects.get().session_data != before) is written


def test_session_list_is_escaped(administrator: Person) -> None:
    laptop = sign_in(FIREFOX)
    sign_in("<img src=x onerror=alert(1)> Firefox/1")

    text = text_of(laptop.get("/account"))

    assert "<h3>Firefox</h3>" in text
    assert "onerror" not in text
