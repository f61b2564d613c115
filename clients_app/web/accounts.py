"""How django-allauth works here: people are added by administrators and sign in by username."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import truncate_ip
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from clients_app.browsers.address import address_of
from clients_app.models import Person
from clients_app.rules.names import key_of
from clients_app.services.people import choose_password
from clients_app.web.actor import acting
from clients_app.web.kept import own_path


class AccountAdapter(DefaultAccountAdapter):
    """The plug that allauth asks for."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: a Tenant Administrator adds people."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """After sign-in go to paths of ours alone (security bar 81)."""
        return own_path(url) == url

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the screens say what happened."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Keep the password chosen on a one-time link, with its event."""
        assert isinstance(user, Person)  # noqa: S101  narrows the type; AUTH_USER_MODEL
        actor = acting(self.request, user)
        choose_password(user, password, actor=actor, now=timezone.now())

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by username and address together (security bar 78).

        By username alone a stranger could lock a person out.
        """
        return f"{key_of(credentials.get('username', ''))}:{truncate_ip(address_of(request))}"
