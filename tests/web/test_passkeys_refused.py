"""Answers of passkeys that sign nobody in (SES-10)."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app.models import Person
from tests.responses import text_of
from tests.soft_authenticator import SoftPasskey, options_for, use
from tests.web.passkey_answers import SIGN_IN, passkey_id, refused_event, sign_in_by
from tests.web.second_factor import is_signed_in

OTHER_ORIGINS: Final = (
    "https://localhost:8000",
    "http://localhost:8001",
    "http://a.localhost:8000",
)
#: what a device or a page in between answers -> the reason in the event
LIES: Final[dict[str, tuple[dict[str, Any], str]]] = {
    **{f"made at {one}": ({"origin": one}, "another origin") for one in OTHER_ORIGINS},
    "made in a frame of another site": ({"cross": True}, "another origin"),
    "made for another host": ({"host": "portal.example.com"}, "another host"),
    "made without verifying the person": ({"verified": False}, "the person was not verified"),
    "signed by another key": ({"signature": b"0" * 70}, "wrong signature"),
    "made to add a passkey": ({"kind": "webauthn.create"}, "another ceremony"),
}


@pytest.mark.parametrize("case", LIES)
def test_passkey_answer_that_lies_is_refused(
    client: Browser, laptop: SoftPasskey, case: str
) -> None:
    lies, reason = LIES[case]

    reply = sign_in_by(client, laptop, **lies)

    assert reply.status_code == 422
    assert "This passkey was not accepted" in text_of(reply)
    assert not is_signed_in(client)
    assert refused_event()["reason"] == reason
    assert Authenticator.objects.get(pk=passkey_id()).last_used_at is None
    assert sign_in_by(client, laptop).status_code == 303


def test_passkey_answer_that_is_replayed_is_refused(client: Browser, laptop: SoftPasskey) -> None:
    answer = use(laptop, options_for(client, "sign-in"))
    copied = Browser()
    copied.cookies.load({name: one.value for name, one in client.cookies.items()})
    assert client.post(SIGN_IN, {"passkey": answer}).status_code == 303

    again = copied.post(SIGN_IN, {"passkey": answer})

    assert again.status_code == 422
    assert not is_signed_in(copied)
    assert refused_event()["reason"] == "used before"


def test_passkey_answer_of_another_browser_is_refused(client: Browser, laptop: SoftPasskey) -> None:
    answer = use(laptop, options_for(Browser(), "sign-in"))
    options_for(client, "sign-in")

    reply = client.post(SIGN_IN, {"passkey": answer})

    assert reply.status_code == 422
    assert not is_signed_in(client)


def test_passkey_answer_to_another_question_is_refused(
    colleague_browser: Browser, laptop: SoftPasskey
) -> None:
    """A proof of identity is no sign-in, and the other way round."""
    for purpose in ("sign-in", "add", "code"):
        form = {"passkey": use(laptop, options_for(colleague_browser, purpose))}
        assert colleague_browser.post("/sign-in/again", form).status_code == 422
    form = {"passkey": use(laptop, options_for(colleague_browser, "proof"))}
    assert colleague_browser.post("/sign-in/again", form).status_code == 303


def test_passkey_answer_after_five_minutes_is_refused(client: Browser, laptop: SoftPasskey) -> None:
    start = datetime.now(UTC)
    answer = use(laptop, options_for(client, "sign-in"))
    with time_machine.travel(start + timedelta(seconds=299), tick=False):
        in_time = Browser()
        in_time.cookies.load({name: one.value for name, one in client.cookies.items()})
        assert in_time.post(SIGN_IN, {"passkey": answer}).status_code == 303
    answer = use(laptop, options_for(client, "sign-in"))
    with time_machine.travel(start + timedelta(seconds=330), tick=False):
        late = client.post(SIGN_IN, {"passkey": answer})

    assert late.status_code == 422
    assert "That took too long" in text_of(late)
    assert not is_signed_in(client)
    assert refused_event()["reason"] == "too late"


def test_passkey_sign_count_must_grow(client: Browser, laptop: SoftPasskey) -> None:
    """A copy of a device counts from where it was made."""
    assert sign_in_by(client, laptop, count=7).status_code == 303
    for count in (7, 6, 0):
        other = Browser()
        assert sign_in_by(other, laptop, count=count).status_code == 422
        assert not is_signed_in(other)
    assert refused_event()["reason"] == "the sign count went backwards"
    assert sign_in_by(Browser(), laptop, count=8).status_code == 303


def test_passkey_of_another_person_is_refused(
    client: Browser, laptop: SoftPasskey, administrator: Person
) -> None:
    for somebody in (str(administrator.pk).encode(), b"nobody", b"\xff\0", b"0" * 36, b""):
        reply = sign_in_by(client, laptop, user=somebody)
        assert reply.status_code == 422
        assert "This passkey was not accepted" in text_of(reply)
        assert not is_signed_in(client)


def test_passkey_of_a_deactivated_person_is_refused(
    client: Browser, laptop: SoftPasskey, colleague: Person
) -> None:
    Person.objects.filter(pk=colleague.pk).update(is_active=False)

    assert sign_in_by(client, laptop).status_code == 422
    assert not is_signed_in(client)
    assert refused_event()["reason"] == "deactivated"


def test_passkey_that_was_removed_is_refused(
    client: Browser, laptop: SoftPasskey, colleague_browser: Browser
) -> None:
    answer = use(laptop, options_for(client, "sign-in"))
    colleague_browser.post(f"/account/passkeys/{passkey_id()}/remove")

    assert client.post(SIGN_IN, {"passkey": answer}).status_code == 422
    assert refused_event()["reason"] == "not a passkey of this person"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        "0",
        "x" * 20_000,
        '{"id": "YQ", "rawId": "YQ", "response": {}}',
        "[" * 9000,
    ],
    ids=["empty", "{}", "[]", "null", "0", "long", "without a response", "deep"],
)
@pytest.mark.usefixtures("tenant")
def test_passkey_malformed_answer_is_refused(client: Browser, answer: str) -> None:
    reply = client.post(SIGN_IN, {"passkey": answer})

    assert reply.status_code == 422
