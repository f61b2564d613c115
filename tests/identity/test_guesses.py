"""Guesses at passwords and codes: who waits, and who does not (SES-3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from clients_app import conf
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import GuessCount, Person, Tenant
from tests.actors import command_line_in
from tests.conftest import browser_of
from tests.factories import code_of, give_app
from tests.identity.guesses import sign_in, statuses
from tests.portal_process import PASSWORD
from tests.responses import text_of

CODE = "/sign-in/code"
ADD = "/security/clients/add"
EXPIRED = timedelta(minutes=11)
CHOSEN = "a quiet heron at dawn"
WRONG = 422
MUST_WAIT = 429

pytestmark = pytest.mark.usefixtures("no_guesses")


@pytest.mark.one_database  # guesses at accounts run on both
class TestAddress:
    def test_right_password_is_accepted_after_failures_of_strangers(
        self, colleague: Person
    ) -> None:
        for n in range(60):
            assert sign_in("wrong", username=f"nobody-{n}").status_code == WRONG

        assert sign_in().status_code == 303

    def test_address_with_many_failures_slows_strangers_only_for_a_minute(
        self, known: Browser, now: datetime
    ) -> None:
        start = now.replace(microsecond=0)
        with time_machine.travel(start, tick=False) as clock:
            for n in range(101):
                sign_in("wrong", username=f"nobody-{n}", address="127.0.0.1")
            clock.move_to(start + timedelta(seconds=45))
            slowed = sign_in(address="127.0.0.1")
            assert (slowed.status_code, slowed["Retry-After"]) == (MUST_WAIT, "15")
            assert sign_in(address="192.0.2.7").status_code == 303
            assert sign_in(on=known).status_code == 303

            clock.move_to(start + timedelta(seconds=60))
            assert sign_in(address="127.0.0.1").status_code == 303

    def test_proof_is_accepted_after_failures_of_strangers(self, colleague: Person) -> None:
        browser = browser_of(colleague)
        for n in range(101):
            sign_in("wrong", username=f"nobody-{n}", address="127.0.0.1")
        statuses(7)

        form = {"oldpassword": PASSWORD, "password1": CHOSEN, "password2": CHOSEN}
        assert browser.post("/account/password", form)["Location"] == "/account"


class TestAccount:
    @pytest.mark.parametrize("username", ["jonas", "JONAS ", "nobody"])
    def test_guesses_from_many_addresses_wait(self, colleague: Person, username: str) -> None:
        assert statuses(12, username=username) == [WRONG] * 5 + [MUST_WAIT] * 7

        reply = sign_in(username=username)
        assert reply.status_code == MUST_WAIT
        assert 0 < int(reply["Retry-After"]) <= 60
        assert "Wait a minute, then try again." in text_of(reply)

    def test_wait_is_said_to_the_second_and_ends_with_it(
        self, colleague: Person, now: datetime
    ) -> None:
        start = now.replace(microsecond=0)
        with time_machine.travel(start, tick=False) as clock:
            assert statuses(6) == [WRONG] * 5 + [MUST_WAIT]
            for waited_s in (0, 1, 59):
                clock.move_to(start + timedelta(seconds=waited_s))
                assert sign_in()["Retry-After"] == str(60 - waited_s)
            clock.move_to(start + timedelta(seconds=60))
            assert sign_in().status_code == 303

    @pytest.mark.one_database  # the others count on both
    def test_guesses_of_an_hour_are_few_and_wait_ever_longer(
        self, colleague: Person, now: datetime
    ) -> None:
        weighed = []
        for minute in range(60):
            with time_machine.travel(now + timedelta(minutes=minute, seconds=minute), tick=False):
                weighed += [minute] * statuses(2 if minute else 6).count(WRONG)

        assert weighed == [0, 0, 0, 0, 0, 1, 3, 7, 15, 30, 45]
        with time_machine.travel(now + timedelta(hours=2, minutes=5), tick=False):
            assert statuses(6).count(WRONG) == 5  # the former ones are forgotten

    def test_count_without_a_guess_for_an_hour_is_deleted(self, now: datetime) -> None:
        first = now + timedelta(
            days=20 * 365
        )  # after all other tests: deletions are a minute apart
        for waited_s, counts in ((0, 1), (3599, 2), (3659, 2)):
            with time_machine.travel(first + timedelta(seconds=waited_s), tick=False):
                sign_in("wrong", username=f"somebody {waited_s}")
            assert GuessCount.objects.count() == counts

    def test_account_name_is_not_stored(self, dump_of_every_table: Any) -> None:
        sign_in("wrong", username="a password, typed in the wrong field")

        assert GuessCount.objects.count() == 1
        assert "wrong field" not in str(list(GuessCount.objects.values()))
        assert "wrong field" not in dump_of_every_table()

    def test_known_device_signs_in_while_strangers_guess(self, known: Browser) -> None:
        statuses(20)

        assert sign_in().status_code == MUST_WAIT
        assert sign_in(on=known).status_code == 303

    def test_known_device_is_counted_by_itself(self, known: Browser) -> None:
        tried = [sign_in("wrong", on=known).status_code for _ in range(6)]

        assert tried == [WRONG] * 5 + [MUST_WAIT]
        assert sign_in().status_code == 303  # a stranger is not slowed by it

    def test_right_passwords_are_not_counted(self, colleague: Person) -> None:
        assert [sign_in().status_code for _ in range(8)] == [303] * 8

    def test_cookie_of_a_device_is_of_one_person(
        self, known: Browser, administrator: Person
    ) -> None:
        statuses(20, username="mara")
        assert sign_in(on=known, username="mara").status_code == MUST_WAIT

        (name,) = [name for name in known.cookies if name.startswith("device-")]
        cookie = known.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
        statuses(20)
        forged = Browser(REMOTE_ADDR="192.0.2.1")
        forged.cookies[name] = "0123456789abcdef" + cookie.value[16:]
        assert sign_in(on=forged).status_code == MUST_WAIT

    def test_one_time_link_makes_the_device_known(
        self, client: Browser, colleague: Person, tenant: Tenant, now: datetime
    ) -> None:
        statuses(20)
        link = make_one_time_link(colleague, actor=command_line_in(tenant), now=now)
        page = client.get(link.removeprefix(conf.public_url()))["Location"]
        client.post(page, {"password1": CHOSEN, "password2": CHOSEN})

        assert sign_in(CHOSEN).status_code == MUST_WAIT
        assert sign_in(CHOSEN, on=client).status_code == 303


class TestCode:
    def test_wrong_codes_of_somebody_with_the_password_wait(
        self, known: Browser, colleague: Person
    ) -> None:
        app_secret = give_app(colleague)
        thief = Browser(REMOTE_ADDR="192.0.2.66")
        sign_in(on=thief)
        wrong = {"code": code_of(app_secret, step=100)}
        tried = [thief.post(CODE, wrong).status_code for _ in range(7)]
        assert tried == [WRONG] * 5 + [MUST_WAIT] * 2
        assert thief.post(CODE, {"code": code_of(app_secret)}).status_code == MUST_WAIT

        sign_in(on=known)
        assert known.post(CODE, {"code": code_of(app_secret)}).status_code == 303

    def test_device_without_the_code_is_not_known(self, colleague: Person) -> None:
        app_secret, browser = give_app(colleague), Browser()
        sign_in(on=browser)
        assert not [name for name in browser.cookies if name.startswith("device-")]

        browser.post(CODE, {"code": code_of(app_secret)})
        assert [name for name in browser.cookies if name.startswith("device-")]


class TestProof:
    def test_wrong_proofs_of_another_session_do_not_count(self, administrator: Person) -> None:
        mine, other = (browser_of(administrator, proof_age=EXPIRED) for _ in range(2))
        for _ in range(6):
            other.post(ADD, {"proof_for": "GET", "proof": "wrong"})
        change = {"oldpassword": PASSWORD, "password1": "x", "password2": "x"}

        assert other.post(ADD, {"proof_for": "GET", "proof": PASSWORD}).status_code == WRONG
        assert other.post("/account/password", change).status_code == MUST_WAIT
        assert mine.post("/account/password", change).status_code == WRONG
        assert mine.post(ADD, {"proof_for": "GET", "proof": PASSWORD}).status_code == 303

    def test_wrong_codes_at_sign_in_do_not_count(self, administrator: Person) -> None:
        mine, app_secret = browser_of(administrator, proof_age=EXPIRED), give_app(administrator)
        thief = Browser()
        sign_in(on=thief, username="mara")
        for _ in range(7):
            thief.post(CODE, {"code": code_of(app_secret, step=100)})

        reply = mine.post(ADD, {"proof_for": "GET", "proof": code_of(app_secret)})
        assert reply.status_code == 303
