"""Two first sign-ins of one person at the same moment: one person, one account, both signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection

from clients_app.identity.sign_on.people import person_behind
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.models import AuditEvent, Person, Tenant
from clients_app.rules.sign_on_providers import SignOnProvider
from tests.factories import make_person

PROVIDER: Final = SignOnProvider(
    id="1",
    issuer="https://login.example.com",
    client_id="portal",
    client_secret="",
    name="Example",
    creates_people=True,
)
CLAIMS: Final = {"sub": "subject-1", "email": "mara@example.com", "email_verified": True}
DECIDES: Final = ('"clients_app_tenant"', 'INSERT INTO "socialaccount_socialaccount"')


@contextmanager
def another_is_faster(claims: dict[str, Any], now: datetime) -> Iterator[list[Person]]:
    """Let another request sign in after this one found no account, and before it may write.

    A process lets one thread write at a time, so this is how another process would come between.
    """
    found: list[Person] = []
    running = []

    def between(execute: Any, sql: str, *rest: Any) -> Any:
        if not running and any(part in sql for part in DECIDES):
            running.append(True)
            found.append(person_behind(PROVIDER, claims, now=now))
        return execute(sql, *rest)

    with connection.execute_wrapper(between):
        yield found
    assert found


def count(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_new_person_who_signs_in_twice_at_once_is_added_once(tenant: Tenant, now: datetime) -> None:
    with another_is_faster(CLAIMS, now) as others:
        mine = person_behind(PROVIDER, CLAIMS, now=now)

    assert mine == others[0] == Person.objects.get()
    assert SocialAccount.objects.get().user_id == mine.pk
    assert (count("person.added"), count("person.account.linked")) == (1, 1)


def test_known_person_who_signs_in_twice_at_once_is_linked_once(
    tenant: Tenant, now: datetime
) -> None:
    mara = make_person("mara", tenant, email="mara@example.com")

    with another_is_faster(CLAIMS, now) as others:
        mine = person_behind(PROVIDER, CLAIMS, now=now)

    assert mara == mine == others[0]
    assert SocialAccount.objects.count() == 1
    assert count("person.account.linked") == 1


def test_two_accounts_with_one_email_at_once_are_not_both_linked(
    tenant: Tenant, now: datetime
) -> None:
    make_person("mara", tenant, email="mara@example.com")

    with (
        another_is_faster({**CLAIMS, "sub": "subject-2"}, now),
        pytest.raises(SignOnRefused, match="Nobody here has your account"),
    ):
        person_behind(PROVIDER, CLAIMS, now=now)
