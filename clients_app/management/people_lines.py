"""How the commands print people: as lines to read, and as JSON for programs."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from clients_app.identity.people_factors import factors_of, people_without_factor
from clients_app.management.client_lines import in_json
from clients_app.models import Person
from clients_app.selectors.people.lists import PeopleShow, people_page, state_in_list


def list_lines(
    tenant_id: UUID, *, show: PeopleShow, q: str, as_json: bool, now: datetime
) -> Iterator[str]:
    """Yield a line for each person who matches, by name."""
    number, pages = 1, 1
    while number <= pages:
        page = people_page(
            tenant_id, now=now, q=q, show=show, page=number, without_factor=people_without_factor
        )
        factors = factors_of(person.pk for person in page.people)
        for person in page.people:
            values = _values(person, factors.get(person.pk, []), person.role_names, now)
            yield json.dumps(values) if as_json else _line(values)
        number, pages = number + 1, page.pages


def person_lines(person: Person, *, as_json: bool, now: datetime) -> str:
    """Return what a person is, in one JSON object or line by line."""
    roles = list(person.roles.order_by("name_key").values_list("name", flat=True))
    values = _values(person, factors_of([person.pk]).get(person.pk, []), roles, now)
    if as_json:
        return json.dumps(values)
    texts = {
        "Username": values["username"],
        "Name": values["name"],
        "Email": values["email"],
        "State": values["state"],
        "Roles": ", ".join(roles),
        "Second factor": ", ".join(values["second_factors"]),
        "Last sign-in": values["last_sign_in_at"] or "never",
        "Invited until": values["invitation_ends_at"] or "",
        "Staff": "yes" if values["staff"] else "no",
    }
    return "\n".join(f"{label + ':':<15} {text or '-'}" for label, text in texts.items())


def _values(person: Person, factors: list[str], roles: list[str], now: datetime) -> dict[str, Any]:
    return {
        "id": str(person.pk),
        "username": person.username,
        "name": person.name,
        "email": person.email,
        "state": state_in_list(person, now=now).value,
        "roles": roles,
        "second_factors": factors,
        "last_sign_in_at": in_json(person.last_login),
        "invitation_ends_at": in_json(person.invitation_ends_at),
        "staff": person.is_staff,
    }


def _line(values: dict[str, Any]) -> str:
    seen = values["last_sign_in_at"] or "never"
    roles = ", ".join(values["roles"])
    return f"{values['username']}  {values['state']}  {seen}  {roles}"
