"""What the commands share: subcommands, their options, the actor and the tenant."""

import logging
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand

from clients_app.actors import INSTALLATION, Actor
from clients_app.audit import stream
from clients_app.errors import NotFound, PortalError
from clients_app.http import operation_ids
from clients_app.management.output import Output, prove_writable
from clients_app.management.schema import refuse_other_versions
from clients_app.models import Tenant
from clients_app.rules.names import key_of
from clients_app.selectors.people.lookup import tenant_people
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.selectors.tenants import installation
from clients_app.services.signing_keys.private_keys import refuse_other_secret_key

Argument = Callable[[ArgumentParser], object]  # adds itself to a parser
Run = Callable[[Any, Namespace], None]

#: path in a draft -> option, where it is not the path itself; arguments without a name have none
_OPTIONS: Final = {
    **dict.fromkeys(("", "name", "username", "subject", "roles", "apis"), ""),
    "owners": "--owner",
    "redirect_uris": "--redirect-uri",
    "logout_uris": "--logout-uri",
    "cors_origins": "--cors-origin",
    "skips_consent": "--first-party",
    "scopes": "--scope",
    "default_api": "--default",
    "introspectors": "--client",
    "hand_over_to": "--hand-over-to",
    "confirms_administrator": "--confirm-administrator",
    "secret.description": "--secret-description",
    "secret.expiration": "--expires",
    "old_ends_at": "--old-ends",
}


def option_of(path: str) -> str:
    """Return the option for a field of a draft; empty where there is none."""
    return _OPTIONS.get(path, f"--{path.replace('_', '-')}")


def argument(*flags: str, **options: Any) -> Argument:
    """Return an argument as argparse's ``add_argument`` takes it."""
    return lambda parser: parser.add_argument(*flags, **options)


KEY_IS_LOST: Final = "secret_key_is_lost"  # the option that lets a command run without the key
NAME: Final = argument("name", metavar="NAME")
USERNAME: Final = argument("username", metavar="USERNAME")
ROLE_OPTION: Final[dict[str, Any]] = {
    "action": "append",
    "default": [],
    "metavar": "NAME",
    "dest": "roles",
    "help": "may be repeated",
}
ROLES: Final = argument("--role", **ROLE_OPTION)
TENANT: Final = argument("--tenant", help="name of the tenant; required if there is more than one")


def subcommand(*arguments: Argument, needs_key: bool = True) -> Callable[[Run], Run]:
    """Make a method of a command one of its subcommands; the docstring is its help text.

    Without ``needs_key`` it also works with another SECRET_KEY than that of the installation.
    """

    def mark(method: Run) -> Run:
        vars(method).update(arguments=arguments, needs_key=needs_key)
        return method

    return mark


class PortalCommand(BaseCommand):
    """A command such as `manage.py clients add`, with a method for each subcommand."""

    requires_system_checks: list[str] = []  # the checks are `manage.py check`
    uses_stdout = True  # for its results, so audit events must not go there
    missing_args_message = None
    subcommands: dict[str, Run] = {}

    def __init_subclass__(cls) -> None:
        cls.subcommands = {
            name.replace("_", "-"): method
            for name, method in vars(cls).items()
            if hasattr(method, "arguments")
        }
        if cls.subcommands:
            cls.missing_args_message = f"Enter a command: {', '.join(cls.subcommands)}."

    def get_version(self) -> str:
        """Return the version of the portal, for `--version`."""
        return str(settings.VERSION)

    def run_from_argv(self, argv: list[str]) -> None:
        """Run; an error ends it with one sentence and exit status 1.

        Only warnings are logged, so that the output is what the command prints.
        """
        logging.disable(logging.INFO)
        operation_ids.begin()
        if self.uses_stdout:
            stream.spare_stdout()
        try:
            super().run_from_argv(argv)
        except PortalError as error:
            option = option_of(getattr(error, "field", None) or "")
            sys.exit(f"{error} ({option})" if option else str(error))
        except UnicodeEncodeError:  # bytes in a name, which no database accepts
            sys.exit("Enter the command in UTF-8.")
        finally:
            stream.say_what_is_unsent()
            logging.disable(logging.NOTSET)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add a parser for each subcommand."""
        if not self.subcommands:
            return
        parsers = parser.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
        for name, method in self.subcommands.items():
            text = method.__doc__
            own = parsers.add_parser(name, help=text, description=text, allow_abbrev=False)
            for add in vars(method)["arguments"]:
                add(own)

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the method of the subcommand."""
        prove_writable()
        refuse_other_versions()
        method = self.subcommands[options["subcommand"]]
        if vars(method)["needs_key"] and not options.get(KEY_IS_LOST):
            refuse_other_secret_key()
        self.stdout = Output(sys.stdout)
        method(self, Namespace(**options))


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
        raise PortalError("There is more than one tenant. Choose one with --tenant NAME.")
    return tenants[0]


def actor_in(tenant: Tenant) -> Actor:
    """Return the command line as an actor of this tenant."""
    return Actor.command_line(tenant.pk, operation_id=operation_ids.current())


def actor_on_installation() -> Actor:
    """Return the command line as it acts on what belongs to no tenant."""
    return Actor.command_line(INSTALLATION)


def roles_named(names: list[str], *, tenant: Tenant) -> frozenset[UUID]:
    """Return the ids of the tenant's roles with these names, ignoring case, or raise NotFound."""
    ids = {role.name_key: role.pk for role in tenant_roles(tenant.pk)}
    missing = "There is no role named %(name)s. Run `manage.py roles add NAME` first."
    return _ids_of(names, ids, missing=missing)


def people_named(usernames: list[str], *, tenant: Tenant) -> frozenset[UUID]:
    """Return the ids of the tenant's people with these usernames, or raise NotFound."""
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
