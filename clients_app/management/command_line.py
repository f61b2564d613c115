"""What the commands share: the actor, the tenant, and errors as sentences."""

import logging
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from clients_app.actors import INSTALLATION, Actor
from clients_app.audit import stream
from clients_app.errors import NotFound, PortalError
from clients_app.http import operation_ids
from clients_app.management import failures
from clients_app.models import Tenant
from clients_app.rules.names import key_of
from clients_app.selectors.people.lookup import tenant_people
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.selectors.tenants import installation

#: path in a draft -> option, where it is not the path itself; what is not typed as one has none
_OPTIONS: Final = {
    **dict.fromkeys(("", "name", "username", "roles", "confirms_administrator"), ""),
    "owners": "--owner",
    "secret.description": "--secret-description",
    "secret.expiration": "--expires",
    "old_ends_at": "--old-ends",
}


def option_of(path: str) -> str:
    """Return the option by which a field of a draft is said; empty where there is none."""
    return _OPTIONS.get(path, f"--{path.replace('_', '-')}")


class PortalCommand(BaseCommand):
    """A command of words, `manage.py clients add`: each word after the first is a method."""

    requires_system_checks: list[str] = []  # the checks are `manage.py check`
    prints = True  # its answer, so that events keep off standard output

    def run_from_argv(self, argv: list[str]) -> None:
        """Run, and turn what stopped the operation into one sentence and exit status 1.

        The log keeps to warnings, so that what the command prints stands alone.
        """
        logging.disable(logging.INFO)
        operation_ids.begin()
        if self.prints:
            stream.spare_stdout()
        try:
            super().run_from_argv(argv)
        except PortalError as error:
            option = option_of(getattr(error, "field", None) or "")
            sys.exit(f"{error} ({option})" if option else str(error))
        except DatabaseError as error:
            failures.end(error)
        except UnicodeEncodeError:  # bytes for a name, which no database takes
            sys.exit("Write the command in UTF-8.")
        finally:
            logging.disable(logging.NOTSET)

    def words(self, parser: ArgumentParser) -> Any:
        """Return what takes the parsers of the words."""
        return parser.add_subparsers(dest="word", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the method named after the word."""
        getattr(self, options["word"].replace("-", "_"))(**options)


def add_tenant_option(parser: ArgumentParser) -> None:
    """Let a command take `--tenant`."""
    parser.add_argument("--tenant", help="name of the tenant; needed where there is more than one")


def tenant_of(name: str | None) -> Tenant:
    """Return the tenant of that name, or the only one.

    Errors: NotFound; PortalError where a name is needed.
    """
    if name is not None:
        return installation.tenant_named(name)
    tenants = installation.tenants()[:2]
    if not tenants:
        raise PortalError("There is no tenant yet. Run `manage.py tenants add NAME`.")
    if len(tenants) > 1:
        raise PortalError("There is more than one tenant. Say which by --tenant NAME.")
    return tenants[0]


def actor_in(tenant: Tenant) -> Actor:
    """Return the command line as an actor of this tenant."""
    return Actor.command_line(tenant.pk, operation_id=operation_ids.current())


def actor_on_installation() -> Actor:
    """Return the command line as it acts on what belongs to no tenant."""
    return Actor.command_line(INSTALLATION)


def roles_named(names: list[str], *, tenant: Tenant) -> frozenset[UUID]:
    """Return the ids of the tenant's roles with these names, ignoring case.

    Errors: NotFound, naming the first that is not there.
    """
    ids = {role.name_key: role.pk for role in tenant_roles(tenant.pk)}
    missing = "There is no role named %(name)s. Run `manage.py roles add NAME` first."
    return _ids_of(names, ids, missing=missing)


def people_named(usernames: list[str], *, tenant: Tenant) -> frozenset[UUID]:
    """Return the ids of the tenant's people with these usernames.

    Errors: NotFound, naming the first that is not there.
    """
    ids = {person.username_key: person.pk for person in tenant_people(tenant.pk)}
    return _ids_of(usernames, ids, missing="There is no person with the username %(name)s.")


def _ids_of(names: list[str], ids: dict[str, UUID], *, missing: str) -> frozenset[UUID]:
    for name in names:
        if key_of(name) not in ids:
            raise NotFound(missing, name=name)
    return frozenset(ids[key_of(name)] for name in names)


def now() -> datetime:
    """Return the current moment, aware UTC."""
    return datetime.now(UTC)
