"""Two requests at the same moment: the last administrator stays, an invitation is accepted once."""

from collections.abc import Callable
from datetime import datetime

import pytest

from clients_app.errors import Conflict, NotFound, PortalError
from clients_app.models import Person
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.people.accounts import assign_person_roles, set_active
from clients_app.services.people.invitations import invite_person, withdraw_invitation
from tests.actors import command_line_in
from tests.at_once import at_once
from tests.factories import make_person, make_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def deactivate(person: Person, now: datetime) -> object:
    return set_active(person, active=False, actor=command_line_in(person.tenant), now=now)


def demote(person: Person, now: datetime) -> object:
    return assign_person_roles(person, frozenset(), actor=command_line_in(person.tenant), now=now)


@pytest.mark.parametrize(
    "operations", [(deactivate, deactivate), (demote, demote), (deactivate, demote)]
)
def test_last_two_administrators_cannot_both_go_at_once(
    operations: tuple[Callable[[Person, datetime], object], ...], now: datetime
) -> None:
    tenant = make_tenant("Herons Ltd")
    people = [make_person(one, tenant, TENANT_ADMINISTRATOR) for one in ("ann", "bob")]
    pairs = list(zip(operations, people, strict=True))

    def one_of_them() -> bool:
        operation, person = pairs.pop()
        try:
            operation(person, now)
        except PortalError:
            return False
        return True

    assert sorted(at_once(2, one_of_them)) == [False, True]
    assert people_who_administer(tenant.pk).count() == 1


def test_invitation_withdrawn_twice_at_once_is_withdrawn_once(now: datetime) -> None:
    tenant = make_tenant("Herons Ltd")
    by = {"actor": command_line_in(tenant), "now": now}
    given = {"role_ids": frozenset(), "confirms_administrator": False, "by_mail": False}
    lena = invite_person("lena", **given, **by)

    def withdraw() -> bool:
        try:
            withdraw_invitation(lena, **by)
        except (Conflict, NotFound):
            return False
        return True

    assert sorted(at_once(2, withdraw)) == [False, True]
    assert not Person.objects.exists()
