"""Passkeys in Account: added, renamed, removed (SES-10)."""

import json
from typing import Any, Final

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app.limits import PASSKEY_NAME_MAX, PASSKEYS_MAX
from clients_app.models import AuditEvent, Person
from tests.conftest import browser_of
from tests.factories import code_of, give_app
from tests.responses import is_page, text_of
from tests.soft_authenticator import ADD, add_passkey, make, options_for
from tests.web.second_factor import SET_UP, key_in, recovery_codes_in

LIES: Final[dict[str, dict[str, Any]]] = {
    "made at another origin": {"origin": "https://evil.example"},
    "made in a frame of another site": {"cross": True},
    "made for another host": {"host": "evil.example"},
    "made without verifying the person": {"verified": False},
    "made to sign in": {"kind": "webauthn.get"},
    "to a challenge of nobody": {"challenge": "AAAA"},
}


def rows() -> list[Authenticator]:
    return list(Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).order_by("pk"))


def last_change() -> tuple[str, Any, Any]:
    event = AuditEvent.objects.order_by("pk").last()
    assert event is not None
    sealed = json.loads(event.canonical)
    return event.action, sealed["before"], sealed["after"]


@pytest.mark.both_databases
def test_passkey_that_is_added_brings_recovery_codes_once(colleague_browser: Browser) -> None:
    assert "New recovery codes" not in text_of(colleague_browser.get("/account"))
    page = colleague_browser.get(ADD)
    assert is_page(page)
    assert 'value="Passkey"' in text_of(page)

    _, reply = add_passkey(colleague_browser, "Office laptop")

    assert len(recovery_codes_in(reply)) == 10
    assert last_change() == ("person.passkey.added", {}, {"passkey": "Office laptop"})
    account = text_of(colleague_browser.get("/account"))
    assert "10 of 10 recovery codes left." in account
    assert "Office laptop" in account
    assert "Not used yet." in account
    assert 'value="Passkey 2"' in text_of(colleague_browser.get(ADD))
    _, second = add_passkey(colleague_browser, "")
    assert (second.status_code, second["Location"]) == (303, "/account")
    assert [row.data["name"] for row in rows()] == ["Office laptop", "Passkey"]


def test_passkey_beside_an_app_leaves_the_recovery_codes(colleague: Person) -> None:
    secret = give_app(colleague)
    browser = browser_of(colleague)
    browser.post(ADD, {"proof_for": "GET", "proof": code_of(secret)})

    assert add_passkey(browser)[1].status_code == 303
    removed = browser.post("/account/authenticator/remove")
    assert removed.status_code == 303
    assert "10 of 10 recovery codes left." in text_of(browser.get("/account"))
    browser.post(f"/account/passkeys/{rows()[0].pk}/remove")
    assert not Authenticator.objects.exists()  # nor recovery codes


def test_app_beside_a_passkey_leaves_the_recovery_codes(colleague_browser: Browser) -> None:
    add_passkey(colleague_browser)
    key = key_in(colleague_browser.get(SET_UP))

    reply = colleague_browser.post(SET_UP, {"code": code_of(key)})

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert "The authenticator app is set up." in text_of(colleague_browser.get("/account"))


@pytest.mark.parametrize("case", LIES)
def test_passkey_that_lies_is_not_added(colleague_browser: Browser, case: str) -> None:
    reply = add_passkey(colleague_browser, "Office laptop", **LIES[case])[1]

    assert reply.status_code == 422
    assert "This passkey was not accepted." in text_of(reply)
    assert 'value="Office laptop"' in text_of(reply)
    assert rows() == []
    event = AuditEvent.objects.order_by("pk").last()
    assert event is not None
    assert (event.action, event.outcome) == ("own.factor.set", "refused")


@pytest.mark.parametrize(
    "answer", ["null", "[]", "{}", "x" * 20_000, '{"id": "YQ", "rawId": "YQ"}']
)
def test_passkey_malformed_is_not_added(colleague_browser: Browser, answer: str) -> None:
    assert colleague_browser.post(ADD, {"name": "A", "passkey": answer}).status_code == 422
    assert rows() == []


def test_passkey_without_javascript_is_not_added(colleague_browser: Browser) -> None:
    reply = colleague_browser.post(ADD, {"name": "Office laptop"})

    assert reply.status_code == 422
    assert "Turn JavaScript on to add a passkey." in text_of(reply)


def test_passkey_is_added_once(colleague_browser: Browser, stranger_browser: Browser) -> None:
    _, answer = make(options_for(colleague_browser, "add"))
    assert colleague_browser.post(ADD, {"passkey": answer}).status_code == 200

    again = colleague_browser.post(ADD, {"passkey": answer})
    assert again.status_code == 422
    removed = colleague_browser.post(f"/account/passkeys/{rows()[0].pk}/remove")
    assert removed.status_code == 303
    again = colleague_browser.post(ADD, {"passkey": answer})  # a replay

    assert again.status_code == 422
    assert stranger_browser.post(ADD, {"passkey": answer}).status_code == 422
    assert rows() == []


def test_passkey_of_another_account_is_not_added(
    colleague_browser: Browser, administrator_browser: Browser
) -> None:
    passkey, answer = make(options_for(colleague_browser, "add"))
    colleague_browser.post(ADD, {"passkey": answer})
    theirs = json.loads(make(options_for(administrator_browser, "add"))[1])
    row = rows()[0]
    row.data["credential"]["id"] = theirs["id"]  # as if the device had chosen the same id
    row.save()

    reply = administrator_browser.post(ADD, {"passkey": json.dumps(theirs)})

    assert reply.status_code == 422
    assert "This passkey was added before." in text_of(reply)
    assert passkey.user


def test_passkeys_have_a_limit(colleague_browser: Browser, colleague: Person) -> None:
    add_passkey(colleague_browser)
    data = rows()[0].data
    for _ in range(PASSKEYS_MAX - 1):
        Authenticator.objects.create(user=colleague, type=Authenticator.Type.WEBAUTHN, data=data)

    reply = add_passkey(colleague_browser)[1]

    assert reply.status_code == 422
    assert f"You have {PASSKEYS_MAX} passkeys" in text_of(reply)


def test_passkey_name_has_a_limit(colleague_browser: Browser) -> None:
    assert add_passkey(colleague_browser, "a" * (PASSKEY_NAME_MAX + 1))[1].status_code == 422
    assert add_passkey(colleague_browser, "a" * PASSKEY_NAME_MAX)[1].status_code == 200
