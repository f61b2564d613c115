"""The keys of one-time links."""

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from clients_app.models import Person


class LinkTokens(PasswordResetTokenGenerator):
    """Django's keys; they end when the person's sessions do, such as when they are deactivated."""

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        assert isinstance(user, Person)  # noqa: S101  narrows the type; AUTH_USER_MODEL
        return f"{super()._make_hash_value(user, timestamp)}{user.access_version}"
