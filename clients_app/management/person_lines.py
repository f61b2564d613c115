"""A person as `manage.py people` prints them; times are in UTC."""

from typing import Any

from clients_app.http.json_models import moment
from clients_app.management.secret_lines import minute
from clients_app.models import Person
from clients_app.selectors.people.lookup import owned_by


def person_row(person: Person) -> tuple[object, ...]:
    """Return username, state, last sign-in and roles."""
    return person.username, _state(person), minute(person.last_login), ", ".join(_roles(person))


def person_values(person: Person) -> dict[str, Any]:
    """Return a person for programs."""
    return {
        "Id": str(person.pk),
        "Username": person.username,
        "Name": person.name,
        "Email": person.email,
        "Active": person.is_active,
        "Staff": person.is_staff,
        "LastSignIn": moment(person.last_login),
        "Roles": _roles(person),
    }


def person_lines(person: Person) -> str:
    """Return a person with what they own, a line each."""
    lines = [
        f"Username:     {person.username}",
        f"Id:           {person.pk}",
        f"Name:         {person.name or 'none'}",
        f"Email:        {person.email or 'none'}",
        f"Tenant:       {person.tenant.name}",
        f"State:        {_state(person)}",
        f"Staff:        {'yes' if person.is_staff else 'no'}",
        f"Last sign-in: {minute(person.last_login)}",
        f"Roles:        {', '.join(_roles(person))}",
        f"Owns clients: {owned_by(person).clients}",
    ]
    return "\n".join(lines)


def _state(person: Person) -> str:
    return "active" if person.is_active else "inactive"


def _roles(person: Person) -> list[str]:
    return sorted((role.name for role in person.roles.all()), key=str.casefold)
