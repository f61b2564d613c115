"""The keys of one-time links."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from clients_app import conf
from clients_app.models import Person


class LinkTokens(PasswordResetTokenGenerator):
    """Django's keys; they end when the person's sessions do, such as when they are deactivated."""

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        assert isinstance(user, Person)  # noqa: S101  narrows the type; AUTH_USER_MODEL
        return f"{super()._make_hash_value(user, timestamp)}{user.access_version}"


class InvitationTokens(LinkTokens):
    """Makes keys that ``LinkTokens`` accepts for as long as an invitation ``lasts``.

    Django counts the age of a key from the moment that is written in it, so that moment is in the
    future here.
    """

    def __init__(self, lasts: timedelta) -> None:
        super().__init__()
        self.lasts = lasts

    def _now(self) -> datetime:
        now: datetime = super()._now()
        return now + self.lasts - conf.setup_link_lifetime()
