"""How django-allauth works here: administrators add people, who sign in by username."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from clients_app.errors import Forbidden, gettext_noop
from clients_app.http.peer_address import address_of
from clients_app.identity.actor import acting
from clients_app.identity.kept_forms import own_path
from clients_app.identity.person import person_of
from clients_app.identity.sessions import begin_session, lasting_id
from clients_app.models import Person
from clients_app.services.activity.refused_attempts import note_failed_sign_in, note_refused
from clients_app.services.authorizations.endings import end_of_session
from clients_app.services.people.sign_ins import record_sign_in, record_sign_out


class AccountAdapter(DefaultAccountAdapter):
    """The account adapter of allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: Tenant Administrators add people."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Allow only paths of this portal after sign-in (WEB-12)."""
        return own_path(url) == url

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Add no message: the screens show what happened."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session of a person who passed all steps, with its event."""
        assert isinstance(user, Person)  # noqa: S101  narrows the type; AUTH_USER_MODEL
        with transaction.atomic():
            record_sign_in(
                user,
                actor=acting(request, user),
                now=timezone.now(),
                provider=provider_behind(request, user),
                passkey=passkey_behind(request, user),
            )
            super().login(request, user)
            begin_session(request)

    def logout(self, request: HttpRequest) -> None:
        """End the session, with its event."""
        person, now = person_of(request), timezone.now()
        with transaction.atomic():
            end_of_session(lasting_id(request), now=now)
            record_sign_out(person, actor=acting(request, person), now=now)
            super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a wrong password, at sign-in or when confirming an identity."""
        if request.user.is_authenticated:
            note_wrong_proof(request, gettext_noop("This password is wrong."))
        else:
            note_failed(request, credentials.get("username", ""))


def provider_behind(request: HttpRequest, person: Person) -> str:
    """Return the name of the provider that a sign-in began at; empty for a password."""
    records = get_authentication_records(request, person)
    steps = [one for one in records if one["method"] != "mfa"]
    used = steps[-1].get("provider") if steps else None
    names = [one.name for one in settings.SIGN_ON_PROVIDERS if one.id == used]
    return names[0] if names else ""


def passkey_behind(request: HttpRequest, person: Person) -> str:
    """Return the name of the passkey that a sign-in used; empty for none."""
    records = get_authentication_records(request, person)
    return next((one["passkey"] for one in reversed(records) if "passkey" in one), "")


def note_failed(request: HttpRequest, username: str, *, reason: str = "") -> None:
    """Record a failed sign-in; ``reason`` says what was wrong with a passkey."""
    now = timezone.now()
    note_failed_sign_in(username, address=address_of(request), now=now, reason=reason)


def note_wrong_proof(request: HttpRequest, sentence: str) -> None:
    """Record that a signed-in person entered a wrong password or code."""
    wrong = Forbidden(sentence, action="session.confirm")
    note_refused(wrong, actor=acting(request, person_of(request)), now=timezone.now())
