"""Refuses passwords that are long but easy to guess, such as passwordpassword (SES-3)."""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from zxcvbn_rs_py import zxcvbn

from clients_app.models import Person

GUESSES_LOG10_MIN: Final = 8.0  # score 3 of 4, "safely unguessable"


class StrengthValidator:
    """A password validator of Django, by zxcvbn's estimate of the guesses that it takes."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError for an easy password; the person's own names make one easier."""
        if zxcvbn(password, _own_words(user)).guesses_log10 < GUESSES_LOG10_MIN:
            raise ValidationError(self.get_help_text(), code="password_easy_to_guess")

    def get_help_text(self) -> str:
        return gettext("This password is easy to guess. Use several words that are not related.")


def _own_words(user: Person | None) -> list[str]:
    if user is None:
        return []
    texts = (user.username, user.name, user.email)
    return ["portal", *texts, *" ".join(texts).replace("@", " ").replace(".", " ").split()]
