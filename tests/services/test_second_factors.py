"""What is stored of a second factor, and that a code is taken once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

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
from tests.factories import NOW, actor_for, code_of, give_app, make_person, make_tenant

FORMER = "f" * 60  # a SECRET_KEY


@pytest.fixture
def person(db: None) -> Person:
    return make_person("ann", make_tenant())


def app_of(person: Person) -> Authenticator:
    return Authenticator.objects.get(user_id=person.pk, type=Authenticator.Type.TOTP)


def test_what_was_sealed_opens_and_nothing_else_does(db: None) -> None:
    text = encrypt("JBSWY3DPEHPK3PXP")

    assert decrypt(text) == "JBSWY3DPEHPK3PXP"
    assert encrypt("JBSWY3DPEHPK3PXP") != text
    for wrong in ("", "x", f"{text[:9]}{text[10:]}", f"00000000{text[8:]}", f"{text[:9]}\u00e9"):
        assert decrypt(wrong) not in {"", "JBSWY3DPEHPK3PXP"}
        assert decrypt(wrong) != decrypt(wrong)  # a secret that nobody knows


def test_after_a_change_of_the_key_codes_fit_as_long_as_the_former_is_known(
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


def test_nobody_sets_one_up_for_another(person: Person) -> None:
    other = make_person("bob", person.tenant)
    secret = give_app(other)
    for deed in (
        lambda: add_authenticator(person, secret, code_of(secret), actor=actor_for(other), now=NOW),
        lambda: renew_recovery_codes(other, actor=actor_for(person), now=NOW),
    ):
        with pytest.raises(Forbidden):
            deed()


def test_a_second_app_is_refused(person: Person) -> None:
    secret = give_app(person)

    with pytest.raises(Conflict):
        add_authenticator(person, secret, code_of(secret), actor=actor_for(person), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_at_once_a_code_is_taken_once() -> None:
    """SES-4, also by several processes: the database knows which codes were taken."""
    person = make_person("ann", make_tenant())
    secret = give_app(person)
    app, code = app_of(person), code_of(secret)

    def take(_: int) -> bool:
        try:
            return take_code(app, code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(8))) == [False] * 7 + [True]
