"""What the commands share: subcommands, their options, the actor and the tenant."""

import logging
import re
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import StringIO
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandParser, OutputWrapper

from clients_app.actors import INSTALLATION, Actor
from clients_app.audit import stream
from clients_app.errors import PortalError
from clients_app.http import operation_ids
from clients_app.management.dry_run import rehearsed, said_of
from clients_app.management.option_names import option_of
from clients_app.management.output import Output, OutputLost, harmless, prove_writable
from clients_app.management.printing import PrintingCommand
from clients_app.management.schema import refuse_other_versions
from clients_app.models import Client, Tenant
from clients_app.rules.client_ids import parse_client_id
from clients_app.selectors.clients.lookup import find_client
from clients_app.selectors.tenants import installation
from clients_app.services.signing_keys.private_keys import refuse_other_secret_key

Argument = Callable[[ArgumentParser], object]  # adds itself to a parser
#: a kid or the id of a session in base64url, of which one in 64 begins with a hyphen
_ID: Final = re.compile(r"-[\w-]{20,}$")
Run = Callable[[Any, Namespace], None]


class _SubcommandParser(CommandParser):
    """A parser that takes an id for a value, whatever it begins with: ``-hx...`` is not ``-h``."""

    def _parse_optional(self, arg_string: str) -> Any:
        is_id = _ID.match(arg_string) and arg_string not in self._option_string_actions
        return None if is_id else super()._parse_optional(arg_string)


def argument(*flags: str, **options: Any) -> Argument:
    """Return an argument as argparse's ``add_argument`` takes it."""
    return lambda parser: parser.add_argument(*flags, **options)


def flag(name: str, help: str, **options: Any) -> Argument:
    """Return an option without a value, which is False if it is not given."""
    return argument(name, action="store_true", help=help, **options)


def switch(flag: str, **options: Any) -> Argument:
    """Return an option with an opposite, such as `--first-party` and `--no-first-party`."""
    return argument(flag, action=BooleanOptionalAction, **options)


def repeated(flag: str, metavar: str, dest: str, help: str, **options: Any) -> Argument:
    """Return an option that may be given several times; its value is a list, empty if none was."""
    options = {"action": "append", "default": [], **options}
    return argument(flag, metavar=metavar, dest=dest, help=help, **options)


def entered(texts: Iterable[str]) -> list[str]:
    """Return the texts of an option that are not empty: an empty one stands for none at all."""
    return [text for text in texts if text]


KEY_IS_LOST: Final = "secret_key_is_lost"  # the option that lets a command run without the key
NAME: Final = argument("name", metavar="NAME")
USERNAME: Final = argument("username", metavar="USERNAME")
ROLES: Final = repeated("--role", "NAME", "roles", "may be repeated")
CLIENT: Final = argument("client", metavar="CLIENT", help="its Client Id or name")
CLIENT_ID: Final = argument("client_id", metavar="CLIENT_ID")
TENANT: Final = argument(
    "--tenant", metavar="NAME", help="name or id of the tenant; required if there is more than one"
)

JSON: Final = flag("--json", "print JSON, an object on each line")
DRY_RUN: Final = flag("--dry-run", "change nothing, and say what would be recorded")


def subcommand(
    *arguments: Argument, needs_key: bool = True, json: bool = True, dry_run: bool = True
) -> Callable[[Run], Run]:
    """Make a method of a command one of its subcommands; the docstring is its help text.

    Without ``needs_key`` it also works with another SECRET_KEY than that of the installation. It
    has the options ``--json`` and ``--dry-run``, the latter if all that it does can be rolled back.
    """

    def mark(method: Run) -> Run:
        own = (*arguments, *([JSON] if json else []), *([DRY_RUN] if dry_run else []))
        vars(method).update(arguments=own, needs_key=needs_key)
        return method

    return mark


def reading(*arguments: Argument, json: bool = True) -> Callable[[Run], Run]:
    """Make a method a subcommand that changes nothing, so `| head` may stop it."""

    def mark(method: Run) -> Run:
        vars(method)["reads"] = True
        return subcommand(*arguments, needs_key=False, json=json, dry_run=False)(method)

    return mark


class PortalCommand(PrintingCommand):
    """A command such as `manage.py clients add`, with a method for each subcommand.

    One without subcommands has ``arguments`` and ``perform``.
    """

    requires_system_checks: list[str] = []  # the checks are `manage.py check`
    uses_stdout = True  # for its results, so audit events must not go there
    missing_args_message = None
    subcommands: dict[str, Run] = {}
    arguments: tuple[Argument, ...] = ()

    def __init_subclass__(cls) -> None:
        cls.subcommands = {
            name.replace("_", "-"): method
            for room in cls.__mro__
            for name, method in vars(room).items()
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
            sys.exit(harmless(f"{error} ({option})" if option else str(error)))
        except UnicodeEncodeError:  # bytes in a name, which no database accepts
            sys.exit("Enter the command in UTF-8.")
        finally:
            stream.say_what_is_unsent()
            logging.disable(logging.NOTSET)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add a parser for each subcommand."""
        for add in self.arguments:
            add(parser)
        if not self.subcommands:
            return
        parsers = parser.add_subparsers(
            dest="subcommand", required=True, metavar="COMMAND", parser_class=_SubcommandParser
        )
        for name, method in self.subcommands.items():
            text = method.__doc__
            own = parsers.add_parser(name, help=text, description=text, allow_abbrev=False)
            for add in vars(method)["arguments"]:
                add(own)

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the method of the subcommand."""
        prove_writable()
        refuse_other_versions()
        method = self.subcommands.get(options.get("subcommand", ""), type(self).perform)
        if vars(method).get("needs_key", True) and not options.get(KEY_IS_LOST):
            refuse_other_secret_key()
        self.stdout = Output(sys.stdout)
        given = Namespace(**options)
        if options.get("dry_run"):
            self._rehearse(method, given)
            return
        try:
            method(self, given)
        except OutputLost as lost:
            if vars(method).get("reads") and lost.is_unread:
                sys.exit(1)
            raise

    def perform(self, given: Namespace) -> None:
        """Do what a command without subcommands does."""
        raise NotImplementedError

    def _rehearse(self, method: Run, given: Namespace) -> None:
        """Print what the subcommand would record; what it prints itself may be a secret."""
        out, self.stdout = self.stdout, OutputWrapper(StringIO())
        events, as_json = rehearsed(lambda: method(self, given)), getattr(given, "json", False)
        self.stdout = out
        if not as_json:
            would = "The command would record:" if events else "It would change nothing."
            self.stdout.write(f"Nothing was changed. {would}")
        if events:
            self.stdout.write(said_of(events, as_json=as_json))


def tenant_of(name: str | None) -> Tenant:
    """Return the tenant with that name or id, or the only one.

    Errors: NotFound; PortalError where a name is needed.
    """
    if name is not None:
        return installation.find_tenant(name)
    tenants = installation.tenants()[:2]
    if not tenants:
        raise PortalError("There is no tenant yet. Run `manage.py tenants add NAME`.")
    if len(tenants) > 1:
        raise PortalError("There is more than one tenant. Choose one with --tenant NAME.")
    return tenants[0]


def client_of(given: Namespace) -> Client:
    """Return the client with the Client Id or the name that was given, or raise NotFound."""
    return find_client(tenant_of(given.tenant).pk, given.client)


def client_id_of(text: str) -> UUID:
    """Return a Client Id, or one that no client has."""
    return parse_client_id(text) or UUID(int=0)


def actor_in(tenant: Tenant) -> Actor:
    """Return the command line as an actor of this tenant."""
    return Actor.command_line(tenant.pk, operation_id=operation_ids.current())


def actor_on_installation() -> Actor:
    """Return the command line as it acts on what belongs to no tenant."""
    return Actor.command_line(INSTALLATION, operation_id=operation_ids.current())


def now() -> datetime:
    """Return the current moment, aware UTC."""
    return datetime.now(UTC)
