"""Answers of devices that are cut or changed are refused, whatever comes out of them (SES-10)."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from clients_app.identity.passkeys.ceremony import (
    SIGN_IN,
    check_use,
    new_passkey,
    options_to_add,
    options_to_use,
    parse_use,
)
from clients_app.identity.passkeys.held import add_passkey
from clients_app.identity.passkeys.refusals import PasskeyRefused
from clients_app.identity.passkeys.use import spend
from clients_app.models import Person
from tests.actors import actor_for
from tests.at_once import at_once
from tests.factories import make_person, make_tenant
from tests.soft_authenticator import from_b64, make, to_b64, use

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

NOW: Final = datetime.now(UTC)


def stranger() -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


def added() -> tuple[HttpRequest, Any, str]:
    """Return a request, a passkey and the answer that adds it."""
    request = stranger()
    passkey, answer = make(options_to_add(request, Person(username="ann"), [], now=NOW))
    return request, passkey, answer


def with_part(answer: str, name: str, content: bytes) -> str:
    parts = json.loads(answer)
    parts["response"][name] = to_b64(content)
    return json.dumps(parts)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_use_at_the_same_time_is_accepted_once() -> None:
    """In all processes: the database records which challenges were used."""
    person = make_person("ann", make_tenant())
    request = stranger()
    passkey, answer = make(options_to_add(request, person, [], now=NOW))
    made = new_passkey(request, answer, now=NOW)
    add_passkey(person, made, "Laptop", actor=actor_for(person), now=NOW)
    used = parse_use(use(passkey, options_to_use(request, SIGN_IN, [], now=NOW)))

    def accepted() -> bool:
        try:
            return bool(spend(request, person, used, now=NOW))
        except PasskeyRefused:
            return False

    assert sorted(at_once(4, accepted)) == [False] * 3 + [True]


@pytest.mark.parametrize("name", ["attestationObject", "clientDataJSON"])
def test_new_passkey_cut_anywhere_is_refused(name: str) -> None:
    request, _, answer = added()
    whole = from_b64(json.loads(answer)["response"][name])
    for length in range(len(whole)):
        with pytest.raises(PasskeyRefused):
            new_passkey(request, with_part(answer, name, whole[:length]), now=NOW)
    new_passkey(request, answer, now=NOW)


@given(
    name=st.sampled_from(["authenticatorData", "clientDataJSON", "signature"]),
    place=st.integers(0, 36),
    byte=st.integers(0, 255),
)
def test_use_with_any_other_byte_is_refused(name: str, place: int, byte: int) -> None:
    request, passkey, answer = added()
    made = new_passkey(request, answer, now=NOW)
    data = {"name": "Laptop", "credential": json.loads(json.dumps(dict(made)))}
    row = Authenticator(type=Authenticator.Type.WEBAUTHN, data=data)
    answer = use(passkey, options_to_use(request, SIGN_IN, [], now=NOW))
    check_use(parse_use(answer), row)

    changed = bytearray(from_b64(json.loads(answer)["response"][name]))
    changed[place] = byte if changed[place] != byte else byte ^ 1

    with pytest.raises(PasskeyRefused):
        check_use(parse_use(with_part(answer, name, bytes(changed))), row)
