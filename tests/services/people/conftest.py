"""Functions that invite people and renew their invitations."""

from typing import Any

import pytest

from clients_app.models import Person, Tenant
from clients_app.services.people.invitations import invite_person, renew_invitation
from tests.actors import command_line_in


@pytest.fixture
def invite(tenant: Tenant, now: Any) -> Any:
    """A function that invites a person; their email is Lena's by default."""

    def invite(username: str = "", **more: Any) -> Person:
        given = {
            "role_ids": frozenset(),
            "confirms_administrator": False,
            "by_mail": False,
            "email": "lena@herons.example",
            **more,
        }
        return invite_person(username, **given, actor=command_line_in(tenant), now=now)

    return invite


@pytest.fixture
def renew(tenant: Tenant) -> Any:
    def renew(person: Person, *, now: Any, by_mail: bool = False) -> Person:
        return renew_invitation(person, by_mail=by_mail, actor=command_line_in(tenant), now=now)

    return renew
