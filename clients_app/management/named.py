"""The rows that arguments and options name."""

from argparse import Namespace
from uuid import UUID

from clients_app.errors import NotFound
from clients_app.models import Person, Tenant
from clients_app.rules.names import key_of
from clients_app.selectors.people.lookup import tenant_people
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.selectors.tenants import installation


def roles_named(names: list[str], *, tenant: Tenant) -> frozenset[UUID]:
    """Return the ids of the tenant's roles with these names, ignoring case, or raise NotFound."""
    ids = {role.name_key: role.pk for role in tenant_roles(tenant.pk)}
    missing = "There is no role named %(name)s. Run `manage.py roles add NAME` first."
    return _ids_of(names, ids, missing=missing)


def people_named(usernames: list[str], *, tenant: Tenant) -> frozenset[UUID]:
    """Return the ids of the tenant's people with these usernames, or raise NotFound."""
    ids = {person.username_key: person.pk for person in tenant_people(tenant.pk)}
    return _ids_of(usernames, ids, missing="There is no person with the username %(name)s.")


def person_of(given: Namespace, *, kind: str = "person") -> Person:
    """Return the person with the username that was given, or raise NotFound.

    Usernames are unique in the installation. ``kind`` may be "active person".
    """
    person = installation.find_person(given.username)
    if person is None or (kind == "active person" and not person.is_active):
        message = f"There is no {kind} with the username %(name)s."
        raise NotFound(message, name=given.username)
    return person


def _ids_of(names: list[str], ids: dict[str, UUID], *, missing: str) -> frozenset[UUID]:
    for name in names:
        if key_of(name) not in ids:
            raise NotFound(missing, name=name)
    return frozenset(ids[key_of(name)] for name in names)
