"""Usernames and emails belong to one person, of whichever tenant."""

from typing import Any

import pytest

from clients_app.errors import Conflict
from clients_app.models import Person, Tenant
from clients_app.services.people.profile import edit_person
from tests.actors import command_line_in
from tests.factories import make_person, make_tenant


def test_edited_email_that_belongs_to_another_person_is_refused(tenant: Tenant, now: Any) -> None:
    make_person("ann", make_tenant("Contoso"), email="ann@example.com")
    bob = make_person("bob", tenant, email="bob@example.com")

    with pytest.raises(Conflict) as refusal:
        edit_person(
            bob, name="Bob", email="ANN@example.com", actor=command_line_in(tenant), now=now
        )

    assert refusal.value.field == "email"
    assert Person.objects.get(pk=bob.pk).name == ""


@pytest.mark.parametrize("field", ["username", "email"])
def test_username_is_never_the_email_of_somebody_else(
    invite: Any, tenant: Tenant, now: Any, field: str
) -> None:
    make_person("ann@herons.example", tenant, email="a.n@herons.example")
    given = {"username": "A.N@herons.example", "email": "x@herons.example"}
    if field == "email":
        given = {"username": "lena", "email": "Ann@herons.example"}

    with pytest.raises(Conflict) as refused:
        invite(**given)

    assert refused.value.field == field


def test_edited_email_that_is_the_username_of_another_person_is_refused(
    tenant: Tenant, now: Any
) -> None:
    make_person("ann@herons.example", tenant)
    ben, actor = make_person("ben", tenant), command_line_in(tenant)

    with pytest.raises(Conflict):
        edit_person(ben, name="", email="Ann@herons.example", actor=actor, now=now)
