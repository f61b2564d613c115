"""Passwords that are long but easy to guess."""

import pytest
from django.core.exceptions import ValidationError

from clients_app.identity.password_strength import StrengthValidator
from clients_app.models import Person

ANN = Person(username="ann", name="Ann Lundqvist", email="ann@herons.example")


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaaaaaa", "passwordpassword", "qwertyuiopasdfgh", "abcdefghijkl", "x!9" * 30_000],
)
def test_long_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="easy to guess"):
        StrengthValidator().validate(password)


def test_own_names_make_a_password_easier() -> None:
    StrengthValidator().validate("Lundqvist2026")
    with pytest.raises(ValidationError, match="easy to guess"):
        StrengthValidator().validate("Lundqvist2026", ANN)


@pytest.mark.parametrize(
    "password",
    ["a quiet heron at dawn", "Twelve-chars", "\u0442\u0435\u0441\u0442" * 2 + "-7Kq-\u0436"],
)
def test_password_that_is_hard_to_guess_is_accepted(password: str) -> None:
    StrengthValidator().validate(password, ANN)
