"""How second factors are stored, and that a code is accepted only once."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from clients_app.errors import Conflict, Forbidden
from clients_app.identity.second_factors import (
    add_authenticator,
    decrypt,
    encrypt,
    reencrypt_factors,
    renew_recovery_codes,
    take_code,
)
from clients_app.models import Person
from tests.actors import actor_for
from tests.at_once import at_once
from tests.factories import code_of, give_app, make_person, make_tenant
from tests.moments import NOW

FORMER = "f" * 60  # a SECRET_KEY


@pytest.fixture
def person(db: None) -> Person:
    return make_person("ann", make_tenant())


def app_of(person: Person) -> Authenticator:
    return Authenticator.objects.get(user_id=person.pk, type=Authenticator.Type.TOTP)


def test_encrypted_secret_is_decrypted_and_anything_else_is_refused(db: None) -> None:
    text = encrypt("JBSWY3DPEHPK3PXP")

    assert decrypt(text) == "JBSWY3DPEHPK3PXP"
    assert encrypt("JBSWY3DPEHPK3PXP") != text
    for wrong in ("", "x", f"{text[:9]}{text[10:]}", f"00000000{text[8:]}", f"{text[:9]}\u00e9"):
        assert decrypt(wrong) not in {"", "JBSWY3DPEHPK3PXP"}
        assert decrypt(wrong) != decrypt(wrong)  # a secret nobody knows


def test_codes_are_accepted_while_the_former_secret_key_is_a_fallback(
    person: Person, settings: Any
) -> None:
    today, settings.SECRET_KEY = settings.SECRET_KEY, FORMER
    secret = give_app(person)
    settings.SECRET_KEY = today

    assert not take_code(app_of(person), code_of(secret))
    assert reencrypt_factors() == 0  # it is not made worse
    settings.SECRET_KEY_FALLBACKS = [FORMER]
    assert reencrypt_factors() == 2
    settings.SECRET_KEY_FALLBACKS = []
    assert take_code(app_of(person), code_of(secret))
    assert reencrypt_factors() == 0


def test_adding_an_authenticator_for_someone_else_is_refused(person: Person) -> None:
    other = make_person("bob", person.tenant)
    secret = give_app(other)
    for operation in (
        lambda: add_authenticator(person, secret, code_of(secret), actor=actor_for(other), now=NOW),
        lambda: renew_recovery_codes(other, actor=actor_for(person), now=NOW),
    ):
        with pytest.raises(Forbidden):
            operation()


def test_second_authenticator_is_refused(person: Person) -> None:
    secret = give_app(person)

    with pytest.raises(Conflict):
        add_authenticator(person, secret, code_of(secret), actor=actor_for(person), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_code_used_concurrently_is_accepted_once() -> None:
    """SES-4, also across processes: the database records the used codes."""
    person = make_person("ann", make_tenant())
    secret = give_app(person)
    app, code = app_of(person), code_of(secret)

    assert sorted(at_once(8, lambda: take_code(app, code))) == [False] * 7 + [True]
