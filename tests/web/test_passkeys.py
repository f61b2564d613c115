"""Sign-in by a passkey (SES-10)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent
from tests.responses import text_of
from tests.soft_authenticator import SoftPasskey, options_for, use
from tests.web.passkey_answers import SIGN_IN, passkey_id, sign_in_by
from tests.web.second_factor import is_signed_in, sign_in


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


def test_passkey_is_not_in_what_the_database_can_use(
    laptop: SoftPasskey, dump_of_every_table: Callable[[], str]
) -> None:
    """SES-9: only the public key is stored."""
    private = laptop.key.private_numbers().private_value
    dump = dump_of_every_table()
    assert f"{private:x}" not in dump
    assert str(private) not in dump
