"""Sign-in by a passkey, as second factor and as proof of identity; what is refused (SES-10)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client as Browser
from django.urls import reverse

from clients_app.models import AuditEvent, Person
from clients_app.services.activity import refused_attempts
from tests.conftest import browser_of
from tests.factories import code_of, give_app
from tests.responses import HTMX, text_of
from tests.soft_authenticator import SoftPasskey, add_passkey, options_for, use
from tests.web.second_factor import is_signed_in, last_action, recovery_codes_in, sign_in

SIGN_IN: Final = "/sign-in/passkey"
CODE: Final = "/sign-in/code"
WINDOW: Final = "/security/clients/add"
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


@pytest.fixture
def laptop(colleague_browser: Browser) -> SoftPasskey:
    """Jonas's passkey."""
    return add_passkey(colleague_browser)[0]


def sign_in_by(browser: Browser, passkey: SoftPasskey, **lies: Any) -> Any:
    return browser.post(SIGN_IN, {"passkey": use(passkey, options_for(browser, "sign-in"), **lies)})


def refused_event() -> dict[str, Any]:
    """Return the fields of the only event about a refused sign-in, which waits in memory."""
    refused_attempts.flush_all()
    event = AuditEvent.objects.get(action="sign-in.refused")
    assert (event.outcome, event.object_name) == ("refused", "jonas")
    return json.loads(event.canonical)["after"]


@pytest.mark.both_databases
def test_passkey_signs_in_as_both_factors(client: Browser, laptop: SoftPasskey) -> None:
    client.get("/sign-in")
    reply = client.post(
        SIGN_IN, {"passkey": use(laptop, options_for(client, "sign-in")), "next": "/account"}
    )

    assert (reply.status_code, reply["Location"]) == (303, "/account")
    assert "Last used" in text_of(client.get("/account"))
    event = AuditEvent.objects.order_by("pk").last()
    assert event is not None
    assert event.action == "person.signed.in"
    assert json.loads(event.canonical)["after"] == {"passkey": "Laptop"}
    assert "Rename passkey" in text_of(client.get(f"/account/passkeys/{passkey_id()}/rename"))


def passkey_id() -> int:
    return Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk


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


def test_passkey_wrong_answers_are_slowed(client: Browser, laptop: SoftPasskey) -> None:
    """SES-3, by the id of the passkey: strangers do not know it, so they slow nobody."""
    statuses = [sign_in_by(client, laptop, signature=b"0").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    waiting = sign_in_by(client, laptop)
    assert waiting.status_code == 429
    assert 0 < int(waiting["Retry-After"]) <= 60

    assert sign_in(client).status_code == 200  # the password is counted by itself


def test_passkey_on_a_known_device_is_counted_by_itself(
    client: Browser, laptop: SoftPasskey
) -> None:
    assert sign_in_by(client, laptop).status_code == 303
    client.post("/sign-out")
    stranger = Browser()
    for _ in range(6):
        sign_in_by(stranger, laptop, signature=b"0")

    assert sign_in_by(client, laptop).status_code == 303


def test_passkey_options_of_strangers_name_nobody(client: Browser, laptop: SoftPasskey) -> None:
    asked = options_for(client, "sign-in")["publicKey"]

    assert asked["allowCredentials"] == []
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    for purpose in ("add", "proof", "code"):
        assert client.get(f"/passkey/{purpose}").status_code == 403
    assert client.get("/passkey/other").status_code == 404


def test_passkey_sign_in_is_closed_where_only_providers_sign_in(
    client: Browser, laptop: SoftPasskey, settings: Any
) -> None:
    answer = use(laptop, options_for(client, "sign-in"))
    settings.SIGN_ON_ONLY = True

    reply = client.post(SIGN_IN, {"passkey": answer})

    assert reply.status_code == 403
    assert not is_signed_in(client)
    assert "data-passkey" not in text_of(reply)


@pytest.mark.parametrize(
    ("host", "https", "works"),
    [
        ("localhost", False, True),
        ("portal.example.com", True, True),
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("192.0.2.7", True, False),
    ],
)
def test_passkeys_are_offered_where_browsers_have_them(
    client: Browser, colleague_browser: Browser, settings: Any, host: str, https: bool, works: bool
) -> None:
    settings.HOST, settings.HTTPS = host, https

    for page in (
        client.get("/sign-in", secure=https),
        colleague_browser.get("/account/passkeys/add", secure=https),
    ):
        assert ("data-passkey=" in text_of(page)) == works
    told = "Browsers have passkeys only for addresses with https" in text_of(
        colleague_browser.get("/account", secure=https)
    )
    assert told != works
    assert client.get("/passkey/sign-in", secure=https).status_code == (200 if works else 404)


def test_passkey_after_the_password_signs_in(client: Browser, laptop: SoftPasskey) -> None:
    page = text_of(sign_in(client))
    assert "Use your second factor" in page
    assert "Recovery code" in page  # there is no app
    wrong = client.post(
        CODE, {"passkey": use(laptop, options_for(client, "code"), origin="https://x")}
    )
    assert wrong.status_code == 422
    assert "This passkey was not accepted." in text_of(wrong)
    assert refused_event()["reason"] == "another origin"

    reply = client.post(CODE, {"passkey": use(laptop, options_for(client, "code"))})

    assert reply.status_code == 303
    assert is_signed_in(client)


def test_passkey_of_another_person_after_the_password_is_refused(
    client: Browser, laptop: SoftPasskey, administrator: Person
) -> None:
    mine = add_passkey(browser_of(administrator))[0]
    sign_in(client)

    reply = client.post(CODE, {"passkey": use(mine, options_for(client, "code"))})

    assert reply.status_code == 422
    assert not is_signed_in(client)


def test_recovery_code_signs_in_a_person_with_a_passkey(
    client: Browser, colleague_browser: Browser
) -> None:
    codes = recovery_codes_in(add_passkey(colleague_browser)[1])
    sign_in(client)

    assert client.post(CODE, {"code": codes[0]}).status_code == 303
    assert is_signed_in(client)


class TestProof:
    def test_passkey_confirms_an_identity_and_keeps_what_was_typed(
        self, administrator: Person
    ) -> None:
        passkey = add_passkey(browser_of(administrator))[0]
        browser = browser_of(administrator)  # by password alone, which is no proof now
        asked = browser.post(WINDOW, {"name": "Pump"})
        assert "Confirm your identity" in text_of(asked)
        assert "data-passkey=" in text_of(asked)

        form = {"proof_for": "POST", "name": "Pump", "back": "1"}
        wrong = {"passkey": use(passkey, options_for(browser, "proof"), verified=False)}
        reply = browser.post(WINDOW, form | wrong, headers=HTMX)
        assert reply.status_code == 422
        assert "This passkey was not accepted." in text_of(reply)
        assert AuditEvent.objects.get(action="session.confirm").outcome == "refused"
        answer = use(passkey, options_for(browser, "proof"))
        right = browser.post(WINDOW, form | {"passkey": answer}, headers=HTMX)

        assert 'value="Pump"' in text_of(right)
        assert "Step 1 of 2" in text_of(right)
        assert last_action() == "session.confirmed"

    def test_passkey_of_another_person_is_no_proof(
        self, administrator: Person, laptop: SoftPasskey
    ) -> None:
        add_passkey(browser_of(administrator))
        browser = browser_of(administrator)

        form = {"proof_for": "GET", "passkey": use(laptop, options_for(browser, "proof"))}

        assert browser.post(WINDOW, form).status_code == 422
        assert "Confirm your identity" in text_of(browser.get(WINDOW))

    def test_passkey_at_the_admin_site_confirms_an_identity(self, administrator: Person) -> None:
        passkey = add_passkey(browser_of(administrator))[0]
        browser = browser_of(administrator)
        address = reverse("admin:clients_app_role_add")
        asked = browser.get(address)
        assert "data-passkey=" in text_of(asked)
        assert "passkey_buttons" in text_of(asked)

        form = {"proof_for": "GET", "passkey": use(passkey, options_for(browser, "proof"))}
        reply = browser.post(address, form)

        assert (reply.status_code, reply["Location"]) == (303, address)
        assert "data-passkey=" not in text_of(browser.get(address))

    def test_passkey_or_code_of_the_app_are_both_a_proof(self, administrator: Person) -> None:
        secret = give_app(administrator)
        browser = browser_of(administrator)
        browser.post(WINDOW, {"proof_for": "GET", "proof": code_of(secret)}, headers=HTMX)
        add_passkey(browser)

        other = browser_of(administrator)
        assert "Code from your authenticator app" in text_of(other.get(WINDOW))
        right = other.post(
            WINDOW, {"proof_for": "GET", "proof": code_of(secret, step=1)}, headers=HTMX
        )
        assert "Step 1 of 2" in text_of(right)


def test_passkey_is_not_in_what_the_database_can_use(
    laptop: SoftPasskey, dump_of_every_table: Callable[[], str]
) -> None:
    """SES-9: only the public key is stored."""
    private = laptop.key.private_numbers().private_value
    dump = dump_of_every_table()
    assert f"{private:x}" not in dump
    assert str(private) not in dump
