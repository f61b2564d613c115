"""A person as `manage.py people` prints them; times are in UTC."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from clients_app.http.json_models import moment
from clients_app.identity.factor_status import MUST_SET_UP, lacks_demanded_factor
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.identity.own_sessions import LiveSession
from clients_app.identity.people_factors import factors_of, people_without_factor
from clients_app.management.command_line import actor_in
from clients_app.management.secret_lines import minute
from clients_app.models import Person
from clients_app.selectors.people.lists import PeopleShow, people_page, state_in_list
from clients_app.selectors.people.lookup import owned_by


def listed_people(
    tenant_id: UUID, *, show: PeopleShow, q: str, now: datetime
) -> Iterator[dict[str, Any]]:
    """Yield each person who matches, by name, as programs read them."""
    number, pages = 1, 1
    while number <= pages:
        page = people_page(
            tenant_id, now=now, q=q, show=show, page=number, without_factor=people_without_factor
        )
        factors = factors_of(person.pk for person in page.people)
        for person in page.people:
            yield _values(person, factors.get(person.pk, []), person.role_names, now)
        number, pages = number + 1, page.pages


def person_values(person: Person, *, now: datetime) -> dict[str, Any]:
    """Return a person as programs read them."""
    roles = list(person.roles.order_by("name_key").values_list("name", flat=True))
    return _values(person, factors_of([person.pk]).get(person.pk, []), roles, now)


def person_lines(person: Person, *, now: datetime) -> str:
    """Return a person with what they own, a line each."""
    values = person_values(person, now=now)
    invited = f"until {minute(person.invitation_ends_at)}" if person.invitation_ends_at else "no"
    lines = [
        f"Username:      {person.username}",
        f"Id:            {person.pk}",
        f"Name:          {person.name or 'none'}",
        f"Email:         {person.email or 'none'}",
        f"Tenant:        {person.tenant.name}",
        f"State:         {values['State']}",
        f"Invited:       {invited}",
        f"Staff:         {'yes' if person.is_staff else 'no'}",
        f"Second factor: {', '.join(values['SecondFactors']) or 'none'}",
        f"Last sign-in:  {minute(person.last_login)}",
        f"Roles:         {', '.join(values['Roles'])}",
        f"Owns clients:  {owned_by(person).clients}",
    ]
    return "\n".join(lines)


def link_lines(person: Person, *, now: datetime) -> tuple[str, str]:
    """Make a one-time link; return it within sentences, and alone."""
    link = make_one_time_link(person, actor=actor_in(person.tenant), now=now)
    lines = f"One-time link, valid for an hour, to choose a password:\n{link}"
    if lacks_demanded_factor(person):
        lines += "\n" + MUST_SET_UP % {"username": person.username}
    return lines, link


def session_values(session: LiveSession) -> dict[str, Any]:
    """Return a session as programs read it."""
    return {
        "Id": session.id,
        "LastActive": moment(session.seen_at),
        "Began": moment(session.began_at),
        "Address": session.address,
        "Browser": session.browser,
        "SignedInBy": session.ways,
    }


def _values(person: Person, factors: list[str], roles: list[str], now: datetime) -> dict[str, Any]:
    return {
        "Id": str(person.pk),
        "Username": person.username,
        "Name": person.name,
        "Email": person.email,
        "State": state_in_list(person, now=now).value,
        "Staff": person.is_staff,
        "SecondFactors": factors,
        "LastSignIn": moment(person.last_login),
        "InvitationEnds": moment(person.invitation_ends_at),
        "Roles": roles,
    }
