"""How django-allauth works here: people are added by administrators and sign in by username."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from clients_app.errors import Forbidden, gettext_noop
from clients_app.http.peer_address import address_of
from clients_app.identity.actor import acting
from clients_app.identity.allauth_internals import truncate_ip
from clients_app.identity.kept_forms import own_path
from clients_app.identity.person import person_of
from clients_app.models import Person
from clients_app.rules.names import key_of
from clients_app.services.activity.refused_attempts import note_failed_sign_in, note_refused
from clients_app.services.people.accounts import choose_password
from clients_app.services.people.sign_ins import record_sign_in, record_sign_out


class AccountAdapter(DefaultAccountAdapter):
    """The plug that allauth asks for."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: a Tenant Administrator adds people."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """After sign-in go to paths of ours alone (WEB-12)."""
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

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session of a person who has given all that is asked for, with its event."""
        assert isinstance(user, Person)  # noqa: S101  narrows the type; AUTH_USER_MODEL
        with transaction.atomic():
            record_sign_in(user, actor=acting(request, user), now=timezone.now())
            super().login(request, user)

    def logout(self, request: HttpRequest) -> None:
        """End the session, with its event."""
        person = person_of(request)
        with transaction.atomic():
            record_sign_out(person, actor=acting(request, person), now=timezone.now())
            super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password: of a sign-in, or of a person who confirms their identity."""
        if request.user.is_authenticated:
            note_wrong_password(request)
        else:
            username = credentials.get("username", "")
            note_failed_sign_in(username, address=address_of(request), now=timezone.now())

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by username and address together (SES-3).

        By username alone a stranger could lock a person out.
        """
        return f"{key_of(credentials.get('username', ''))}:{truncate_ip(address_of(request))}"


def note_wrong_password(request: HttpRequest) -> None:
    """Note that somebody in a session did not know its person's password."""
    wrong = Forbidden(gettext_noop("This password is wrong."), action="session.confirm")
    note_refused(wrong, actor=acting(request, person_of(request)), now=timezone.now())
